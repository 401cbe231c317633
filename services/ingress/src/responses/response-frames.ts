import { encodeEvent, type JsonObject, readJson } from "@signalbox/dialects";

const EVENT_END = "\n\n";
/** Items beyond these are not gathered: what holds them is too large to be kept as well. */
const ITEMS_MAX_CHARS = 64 * 1024 * 1024;
const LAST_EVENTS = new Set<unknown>(["response.completed", "response.incomplete"]);
/** Of all other events no field is needed: they are not even parsed. */
const NEEDED = /"response":|"response\.output_item\.done"/;

/** What bytes of a stream became: text that can be given out, and the response that the stream ends with once it is there. */
type TakenFrames = { readonly frames: string; readonly last: JsonObject | null };

/**
 * A stream of the Responses API on its way to the caller. Events that hold the response say `head` in it; all others pass
 * as they are. The last event is held back, so that the response can be kept before the caller knows of its end.
 */
export class ResponseFrames {
  readonly #head: JsonObject;
  /** By their place: some hosts leave the output of the last event empty. */
  readonly #items = new Map<number, unknown>();
  #itemChars = 0;
  #rest: Buffer = Buffer.alloc(0);
  #lastEvent: JsonObject | null = null;

  constructor(head: JsonObject) {
    this.#head = head;
  }

  /** The frames that these bytes complete. */
  push(piece: Uint8Array): TakenFrames {
    const bytes = Buffer.concat([this.#rest, piece]);
    const end = bytes.lastIndexOf(EVENT_END) + EVENT_END.length;
    if (end < EVENT_END.length) {
      this.#rest = bytes;
      return { frames: "", last: null };
    }
    this.#rest = bytes.subarray(end);
    const events = bytes.toString("utf8", 0, end - EVENT_END.length).split(EVENT_END);
    const frames = events.map((event) => this.#pass(event)).join("");
    return { frames, last: (this.#lastEvent?.["response"] ?? null) as JsonObject | null };
  }

  /** What was held back, with what has come to hold of the response since. */
  end(change: JsonObject): string {
    const event = this.#lastEvent;
    if (event === null) return "";
    return encode({ ...event, response: { ...(event["response"] as JsonObject), ...change } });
  }

  /** What cannot be taken apart, or nests too deep to be written again, passes as it came. */
  #pass(text: string): string {
    if (!NEEDED.test(text)) return text + EVENT_END;
    try {
      return this.#change(text);
    } catch (error) {
      if (error instanceof RangeError) return text + EVENT_END;
      throw error;
    }
  }

  #change(text: string): string {
    const event = tryParse(text);
    if (event === null) return text + EVENT_END;
    const { type, item, output_index: place, response } = event;
    if (type === "response.output_item.done") {
      this.#itemChars += text.length;
      if (this.#itemChars <= ITEMS_MAX_CHARS) this.#items.set(Number(place), item);
    }
    if (typeof response !== "object" || response === null) return text + EVENT_END;
    const changed = { ...event, response: { ...response, ...this.#head } };
    if (!LAST_EVENTS.has(type)) return encode(changed);
    this.#lastEvent = { ...changed, response: this.#whole(changed.response) };
    return "";
  }

  #whole(response: JsonObject): JsonObject {
    const { output } = response;
    if (Array.isArray(output) && output.length > 0) return response;
    return { ...response, output: [...this.#items].toSorted(([a], [b]) => a - b).map(([, item]) => item) };
  }
}

/** Events come from our own encoder, which writes JSON on one line; anything else is nobody's event. */
function tryParse(text: string): JsonObject | null {
  try {
    return readJson(text.slice(text.indexOf("data: ") + "data: ".length)) as JsonObject;
  } catch {
    return null;
  }
}

function encode(event: JsonObject): string {
  return encodeEvent({ event: String(event["type"]), data: JSON.stringify(event) });
}
