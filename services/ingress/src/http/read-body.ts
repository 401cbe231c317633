import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { SignalboxError } from "@signalbox/proto";
import { nestsDeeper } from "./nests-deeper.ts";
import { nestsTooDeep } from "./read-nested.ts";

export type BodyLimits = {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** The content type that is taken; JSON unless given. */
  readonly type?: string;
};

/**
 * JSON that is only brackets takes many times its size of memory, and seconds: a large body is looked through before it is
 * parsed. That takes half as long as to parse it, so bodies of the usual size are not.
 */
const LOOKED_THROUGH_FROM_BYTES = 1_048_576;
/** More than any request is taken with, and less than takes long. */
const LEVELS_MAX = 1_000;

/**
 * The request's whole body, byte for byte. Rejects with `unsupported-media-type`, `body-too-large`, `request-timeout`, or
 * `client-aborted` when the client left, and JSON that nests
 * without end with `invalid-request`. What an over-long body still has to send is read and dropped, because a
 * connection that is closed under a sending client never shows it the answer.
 */
export function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const refusal = refuseByHeaders(request, limits);
  if (refusal !== null) {
    request.resume();
    return Promise.reject(refusal);
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const timer = setTimeout(() => {
      end();
      reject(new SignalboxError("request-timeout", "The request's body took too long to arrive."));
    }, limits.timeoutMs);
    function end(): void {
      clearTimeout(timer);
      request.off("data", onData).off("end", onEnd).off("close", onClose);
    }
    function onData(chunk: Buffer): void {
      bytes += chunk.length;
      if (bytes <= limits.maxBytes) {
        chunks.push(chunk);
        return;
      }
      end();
      request.resume();
      reject(tooLarge(limits.maxBytes));
    }
    function onEnd(): void {
      end();
      const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes);
      const isJson = limits.type === undefined;
      if (isJson && bytes > LOOKED_THROUGH_FROM_BYTES && nestsDeeper(body, LEVELS_MAX)) reject(nestsTooDeep());
      else resolve(body);
    }
    function onClose(): void {
      end();
      reject(new SignalboxError("client-aborted", "The client left before its request was whole."));
    }
    // An error event comes with a close, which is the one that is listened for.
    request.on("error", () => {});
    request.on("data", onData).on("end", onEnd).on("close", onClose);
  });
}

/** Parses JSON text in UTF-8. Throws `invalid-request`; the message says nothing of the text, which may be a prompt. */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) throw invalidJson("The request has no body.");
  if (!isUtf8(body)) throw invalidJson("The request's body is not UTF-8.");
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw invalidJson("The request's body is not valid JSON.");
  }
}

function refuseByHeaders(
  { headers }: IncomingMessage,
  { maxBytes, type: wanted = "application/json" }: BodyLimits,
): SignalboxError | null {
  const type = headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== wanted) {
    return new SignalboxError("unsupported-media-type", `The request's content type must be ${wanted}.`);
  }
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    return new SignalboxError("unsupported-media-type", "The request's body must not be compressed.");
  }
  return Number(headers["content-length"]) > maxBytes ? tooLarge(maxBytes) : null;
}

function tooLarge(maxBytes: number): SignalboxError {
  return new SignalboxError("body-too-large", `The request's body is larger than ${maxBytes} bytes.`);
}

function invalidJson(message: string): SignalboxError {
  return new SignalboxError("invalid-request", message);
}
