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
  /** Where the body's memory is counted; absent for routes that take small bodies alone. */
  readonly room?: Room;
};

/** A request's part of the memory that all bodies share. */
export type Room = {
  /** Takes so many bytes. False: there is no room for them. */
  take(bytes: number): boolean;
};

/**
 * JSON that is mostly brackets and colons takes twenty times its size in memory, and each of its values blocks every stage
 * for some microseconds. So the values of a body from this size on are counted before it is parsed. Counting can take as
 * long as parsing, so smaller bodies are not counted.
 */
const LOOKED_THROUGH_FROM_BYTES = 1_048_576;
/** More than any real request holds, and few enough to be parsed quickly. The longest real lists are tokens to be embedded. */
const BODY_BOUNDS = { levelsMax: 1_000, partsMax: 262_144, commasMax: 524_288 };

/**
 * The request's whole body, byte for byte. Rejects with `unsupported-media-type`, `body-too-large`, `request-timeout`,
 * `overloaded` (no room), `client-aborted` (the client left), or `invalid-request` (JSON that nests too deep or holds too
 * many values). The rest of a body that is too large is read and dropped, because a client whose connection is closed while
 * it sends never sees the answer.
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
    // An error is followed by `close`, which is handled; without this listener the error would be thrown.
    request.on("error", () => {});
    request.on("data", onData).on("end", onEnd).on("close", onClose);
  });
}

/** Parses JSON text in UTF-8 with `read`. Throws `invalid-request`; the message says nothing of the text, which may be a prompt. */
export function parseJsonBody(body: Buffer, read: (text: string) => unknown = JSON.parse): unknown {
  if (body.length === 0) throw invalidJson("The request has no body.");
  if (!isUtf8(body)) throw invalidJson("The request's body is not UTF-8.");
  try {
    return read(body.toString("utf8"));
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
