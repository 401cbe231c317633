import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { exceededBound } from "@signalbox/kit";
import { SignalboxError } from "@signalbox/proto";
import { overloaded } from "./overloaded.ts";
import { holdsTooMuch, nestsTooDeep } from "./read-nested.ts";

export type BodyLimits = {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** The content type that is taken; JSON unless given. */
  readonly type?: string;
  /** Where what has come is counted, for bodies that are not small. */
  readonly room?: Room;
};

/** The memory that bodies share. */
export type Room = {
  /** False: there is no more of it. */
  take(bytes: number): boolean;
};

/**
 * JSON that is little but brackets and colons takes twenty times its size of memory, and each of its parts some microseconds
 * in every stage, in which nobody else is answered: a large body is looked through before it is parsed. That takes up to as
 * long as to parse it, so bodies of the usual size are not.
 */
const LOOKED_THROUGH_FROM_BYTES = 1_048_576;
/** More than any request is taken with, and less than takes long. The longest lists are those of tokens to be embedded. */
const BODY_BOUNDS = { levelsMax: 1_000, partsMax: 262_144, commasMax: 524_288 };

/**
 * The request's whole body, byte for byte. Rejects with `unsupported-media-type`, `body-too-large`, `request-timeout`,
 * `overloaded` where there is no room for it, or `client-aborted` when the client left, and with `invalid-request` JSON that
 * nests without end or holds more values than are taken. What an over-long body still has to send is read and dropped,
 * because a connection that is closed under a sending client never shows it the answer.
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
      const isWithin = bytes <= limits.maxBytes;
      if (isWithin && limits.room?.take(chunk.length) !== false) {
        chunks.push(chunk);
        return;
      }
      end();
      request.resume();
      reject(isWithin ? overloaded() : tooLarge(limits.maxBytes));
    }
    function onEnd(): void {
      end();
      const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes);
      const isLooked = limits.type === undefined && bytes > LOOKED_THROUGH_FROM_BYTES;
      const exceeded = isLooked ? exceededBound(body, BODY_BOUNDS) : null;
      if (exceeded === null) resolve(body);
      else reject(exceeded === "levels" ? nestsTooDeep() : holdsTooMuch());
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
