import { SignalboxError } from "@signalbox/proto";
import type { EventParser, WireEvent } from "../framing.ts";

/** The largest event, in UTF-16 units of its lines: a provider that never ends one must not fill the memory. */
export const SSE_EVENT_MAX_CHARS = 8 * 1024 * 1024;

/**
 * Reads server-sent events (WHATWG HTML, section 9.2) from bytes cut anywhere: inside a character, between CR and LF, in a field's name.
 * It differs from the standard in two places, because providers do: an event that the body's end cuts off from its blank line
 * is still given out by `end`, and a line that begins a bare JSON object is taken for data, with all that follow it to the event's end.
 * Throws `upstream-error` when an event passes SSE_EVENT_MAX_CHARS; nothing may be pushed after that.
 */
export class SseParser implements EventParser {
  readonly #decoder = new TextDecoder();
  /** The start of a line whose end has not come yet. It grows by appending and is only read when the line is whole. */
  #partial = "";
  /** The last line ended in CR: an LF that follows belongs to it. */
  #afterCr = false;
  #event = "";
  #data: string | null = null;
  /** The data began as bare JSON, which may be written over many lines. */
  #bare = false;
  #sizeChars = 0;

  /** The events that these bytes complete. */
  push(bytes: Uint8Array): WireEvent[] {
    const events: WireEvent[] = [];
    this.#text(this.#decoder.decode(bytes, { stream: true }), events);
    return events;
  }

  /** What the body's end completes. */
  end(): WireEvent[] {
    const events: WireEvent[] = [];
    this.#text(this.#decoder.decode(), events);
    if (this.#partial !== "") this.#line("", events);
    this.#dispatch(events);
    return events;
  }

  #text(text: string, events: WireEvent[]): void {
    let from = 0;
    if (this.#afterCr && text !== "") {
      this.#afterCr = false;
      if (text.startsWith("\n")) from = 1;
    }
    let cr = text.indexOf("\r", from);
    let lf = text.indexOf("\n", from);
    while (cr !== -1 || lf !== -1) {
      const isCr = cr !== -1 && (lf === -1 || cr < lf);
      const at = isCr ? cr : lf;
      this.#line(text.slice(from, at), events);
      from = at + 1;
      if (isCr && from === text.length) this.#afterCr = true;
      if (isCr && text.charCodeAt(from) === 10) from += 1;
      if (cr !== -1 && cr < from) cr = text.indexOf("\r", from);
      if (lf !== -1 && lf < from) lf = text.indexOf("\n", from);
    }
    if (from < text.length) {
      this.#partial += from === 0 ? text : text.slice(from);
      this.#grow(text.length - from);
    }
  }

  #line(rest: string, events: WireEvent[]): void {
    this.#grow(rest.length);
    const line = this.#partial === "" ? rest : this.#partial + rest;
    this.#partial = "";
    if (line === "") this.#dispatch(events);
    else this.#field(line);
  }

  #field(line: string): void {
    if (this.#bare || line.startsWith("{")) {
      this.#bare = true;
      return this.#append(line);
    }
    const colon = line.indexOf(":");
    if (colon === 0) {
      // A comment belongs to no event, so keep-alives between two blank lines never add up to the limit.
      if (this.#data === null) this.#sizeChars = 0;
      return;
    }
    const name = colon === -1 ? line : line.slice(0, colon);
    const from = line.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1;
    const value = colon === -1 ? "" : line.slice(from);
    if (name === "data") this.#append(value);
    else if (name === "event") this.#event = value;
  }

  #append(value: string): void {
    this.#data = this.#data === null ? value : `${this.#data}\n${value}`;
  }

  #dispatch(events: WireEvent[]): void {
    if (this.#data !== null) events.push({ event: this.#event, data: this.#data });
    this.#event = "";
    this.#data = null;
    this.#bare = false;
    this.#sizeChars = 0;
  }

  #grow(chars: number): void {
    this.#sizeChars += chars;
    if (this.#sizeChars > SSE_EVENT_MAX_CHARS) {
      throw new SignalboxError("upstream-error", "The provider sent an event that is larger than 8 MiB.");
    }
  }
}
