import { SignalboxError } from "@signalbox/proto";
import type { EventParser, WireEvent } from "../framing.ts";

/** The largest element, in UTF-16 units: a provider that never ends one must not fill the memory. */
const JSON_ELEMENT_MAX_CHARS = 8 * 1024 * 1024;

const QUOTE = 34;
const COMMA = 44;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/**
 * Cuts a JSON array of objects into events, one an element, wherever the bytes are cut: what the API streams where it is not asked
 * for server-sent events. An object that stands alone is an event, too, so a whole answer reads as a stream of one.
 * Throws `upstream-error` for text that is neither, and for an element that passes JSON_ELEMENT_MAX_CHARS.
 */
export class JsonArrayParser implements EventParser {
  readonly #decoder = new TextDecoder();
  /** The start of an element whose end has not come yet. */
  #partial = "";
  /** Open brackets of the element; 0: between elements. */
  #depth = 0;
  #inString = false;
  #escaped = false;

  push(bytes: Uint8Array): WireEvent[] {
    return this.#text(this.#decoder.decode(bytes, { stream: true }));
  }

  end(): WireEvent[] {
    const events = this.#text(this.#decoder.decode());
    // What a cut-off element holds cannot be read: the reader finds the answer's end missing.
    this.#partial = "";
    return events;
  }

  #text(text: string): WireEvent[] {
    const events: WireEvent[] = [];
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (this.#inString) {
        this.#within(code);
      } else if (this.#depth === 0) {
        if (code === OPEN_OBJECT) {
          from = at;
          this.#depth = 1;
        } else if (!isBetween(code)) throw malformed();
      } else if (this.#closes(code)) {
        events.push({ event: "", data: this.#partial + text.slice(from, at + 1) });
        this.#partial = "";
        from = at + 1;
      }
    }
    if (this.#depth > 0) this.#keep(text.slice(from));
    return events;
  }

  #within(code: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (code === BACKSLASH) this.#escaped = true;
    else if (code === QUOTE) this.#inString = false;
  }

  #closes(code: number): boolean {
    if (code === QUOTE) this.#inString = true;
    else if (code === OPEN_OBJECT || code === OPEN_LIST) this.#depth += 1;
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) this.#depth -= 1;
    return this.#depth === 0;
  }

  #keep(text: string): void {
    this.#partial += text;
    if (this.#partial.length > JSON_ELEMENT_MAX_CHARS) {
      throw new SignalboxError("upstream-error", "The provider sent an event that is larger than 8 MiB.");
    }
  }
}

/** White space, and what parts elements from each other. */
function isBetween(code: number): boolean {
  return code <= 32 || code === COMMA || code === OPEN_LIST || code === CLOSE_LIST || code === 0xfeff;
}

function malformed(): SignalboxError {
  return new SignalboxError("upstream-error", "The provider sent a stream that is no JSON array.");
}
