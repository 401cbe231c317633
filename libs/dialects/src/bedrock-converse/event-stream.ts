import { SignalboxError } from "@signalbox/proto";
import type { EventParser, WireEvent } from "../framing.ts";
import { crc32 } from "./crc32.ts";
import { readHeaders } from "./event-headers.ts";

/** The largest message: what the format's own limits for headers and payload come to. */
export const MESSAGE_MAX_BYTES = 16 * 1024 * 1024;

const PRELUDE_BYTES = 12;
const CRC_BYTES = 4;

/** What stands before the name of an event that is an exception. */
export const EXCEPTION_MARK = "!";

/**
 * Cuts `application/vnd.amazon.eventstream` into events: a message is its length, its headers' length, the CRC-32 of these,
 * the headers, the payload, and the CRC-32 of all of it, numbers in network order
 * (https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html, "Event stream encoding"). An event is named by `:event-type`;
 * an exception by EXCEPTION_MARK and `:exception-type` or `:error-code`.
 * Throws `upstream-error` when a checksum is wrong or a message cannot be read.
 */
export class EventStreamParser implements EventParser {
  /** The message that is coming, as far as it has come; at first its prelude alone. */
  #message = new Uint8Array(PRELUDE_BYTES);
  #filled = 0;

  push(bytes: Uint8Array): WireEvent[] {
    const events: WireEvent[] = [];
    let from = 0;
    while (from < bytes.length) {
      const taken = Math.min(bytes.length - from, this.#message.length - this.#filled);
      this.#message.set(bytes.subarray(from, from + taken), this.#filled);
      this.#filled += taken;
      from += taken;
      if (this.#filled < this.#message.length) break;
      if (this.#message.length === PRELUDE_BYTES) this.#begin();
      else {
        events.push(readMessage(this.#message));
        this.#message = new Uint8Array(PRELUDE_BYTES);
        this.#filled = 0;
      }
    }
    return events;
  }

  /** A message that the body's end cuts off is none: the reader finds the answer's end missing. */
  end(): WireEvent[] {
    return [];
  }

  /** The prelude is whole: it says how much follows, and its checksum that it may be believed. */
  #begin(): void {
    const view = viewOf(this.#message);
    const total = view.getUint32(0);
    if (crc32(this.#message.subarray(0, 8)) !== view.getUint32(8)) throw corrupted();
    const isPossible = total >= PRELUDE_BYTES + CRC_BYTES && view.getUint32(4) <= total - PRELUDE_BYTES - CRC_BYTES;
    if (!isPossible || total > MESSAGE_MAX_BYTES) throw corrupted();
    const message = new Uint8Array(total);
    message.set(this.#message);
    this.#message = message;
  }
}

function readMessage(message: Uint8Array): WireEvent {
  const view = viewOf(message);
  const end = message.length - CRC_BYTES;
  if (crc32(message.subarray(0, end)) !== view.getUint32(end)) throw corrupted();
  const headersEnd = PRELUDE_BYTES + view.getUint32(4);
  const headers = readHeaders(message.subarray(PRELUDE_BYTES, headersEnd));
  if (headers === null) throw corrupted();
  const payload = new TextDecoder().decode(message.subarray(headersEnd, end));
  switch (headers.get(":message-type")) {
    case "exception":
      return { event: `${EXCEPTION_MARK}${headers.get(":exception-type") ?? ""}`, data: payload };
    case "error": {
      const data = JSON.stringify({ message: headers.get(":error-message") ?? "" });
      return { event: `${EXCEPTION_MARK}${headers.get(":error-code") ?? ""}`, data };
    }
    default:
      return { event: headers.get(":event-type") ?? "", data: payload };
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function corrupted(): SignalboxError {
  return new SignalboxError("upstream-error", "The provider sent an event that is corrupted.", {
    details: { upstreamCode: "event-stream-checksum" },
  });
}
