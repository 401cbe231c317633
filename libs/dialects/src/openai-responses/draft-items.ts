import { parseJson } from "../check/parse-json.ts";
import type { NeutralAnnotation } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { ToolCallDelta } from "../neutral/stream-event.ts";
import { renderAnnotation } from "./annotations.ts";
import { freeTextOf } from "./custom-format.ts";
import { isOwnId } from "./reasoning-item.ts";

/** Where an item stands in the output, and its id. */
export type Place = { readonly at: number; readonly id: string };

/** Where an item's events go, and the item itself as it stands. */
export type Sink = { emit(event: JsonObject): void; put(at: number, item: JsonObject): void };

export type OpenItem = MessageItem | ReasoningItem;

/** How an item ends: what the answer's bound cut off is `incomplete`, as the answer is. */
export type ItemEnd = "completed" | "incomplete";

/** What all items have in common: they are announced, and shown whole at their end. */
class Item {
  readonly place: Place;

  constructor(place: Place) {
    this.place = place;
  }

  announce(sink: Sink, item: JsonObject): this {
    sink.put(this.place.at, item);
    sink.emit({ type: "response.output_item.added", output_index: this.place.at, item });
    return this;
  }

  emitPiece(sink: Sink, type: string, fields: JsonObject): void {
    const { at, id } = this.place;
    sink.emit({ type, item_id: id, output_index: at, ...fields });
  }

  end(sink: Sink, item: JsonObject): void {
    sink.put(this.place.at, item);
    sink.emit({ type: "response.output_item.done", output_index: this.place.at, item });
  }
}

type OpenPart = {
  readonly type: "output_text" | "refusal";
  readonly text: string;
  readonly annotations: readonly JsonObject[];
  /** What all of the part rests on, whose end is not known before that of the part, and all that came after it. */
  readonly cited: readonly NeutralAnnotation[];
  readonly logprobs: readonly unknown[];
};

export class MessageItem extends Item {
  #content: readonly JsonObject[] = [];
  #part: OpenPart | null = null;

  begin(sink: Sink): this {
    return this.announce(sink, this.#item("in_progress"));
  }

  fork(): MessageItem {
    const copy = new MessageItem(this.place);
    copy.#content = this.#content;
    copy.#part = this.#part;
    return copy;
  }

  say(sink: Sink, delta: string, logprobs: readonly unknown[]): void {
    const part = this.#openPart(sink, "output_text");
    const told = logprobs.length === 0 ? part.logprobs : [...part.logprobs, ...logprobs];
    this.#part = { ...part, text: part.text + delta, logprobs: told };
    this.emitPiece(sink, "response.output_text.delta", { content_index: this.#content.length, delta, logprobs });
  }

  /** Log probabilities that come after their text. False where no text is open to take them. */
  weigh(logprobs: readonly unknown[]): boolean {
    if (this.#part?.type !== "output_text") return false;
    this.#part = { ...this.#part, logprobs: [...this.#part.logprobs, ...logprobs] };
    return true;
  }

  annotate(sink: Sink, annotation: NeutralAnnotation): void {
    const part = this.#openPart(sink, "output_text");
    const mustWait = annotation.end === null || part.cited.length > 0;
    if (mustWait) this.#part = { ...part, cited: [...part.cited, annotation] };
    else this.#cite(sink, part, annotation);
  }

  #cite(sink: Sink, part: OpenPart, cited: NeutralAnnotation): void {
    const annotation = renderAnnotation(cited, part.text.length);
    if (annotation === null) return;
    const place = { content_index: this.#content.length, annotation_index: part.annotations.length };
    this.#part = { ...part, annotations: [...part.annotations, annotation] };
    this.emitPiece(sink, "response.output_text.annotation.added", { ...place, annotation });
  }

  refuse(sink: Sink, delta: string): void {
    const part = this.#openPart(sink, "refusal");
    this.#part = { ...part, text: part.text + delta };
    this.emitPiece(sink, "response.refusal.delta", { content_index: this.#content.length, delta });
  }

  closePart(sink: Sink): void {
    if (this.#part === null) return;
    for (const annotation of this.#part.cited) this.#cite(sink, this.#part, annotation);
    const part = partOf(this.#part);
    const { type, text, logprobs } = this.#part;
    const content_index = this.#content.length;
    if (type === "refusal") this.emitPiece(sink, "response.refusal.done", { content_index, refusal: text });
    else this.emitPiece(sink, "response.output_text.done", { content_index, text, logprobs });
    this.emitPiece(sink, "response.content_part.done", { content_index, part });
    this.#content = [...this.#content, part];
    this.#part = null;
  }

  close(sink: Sink, end: ItemEnd): void {
    this.closePart(sink);
    this.end(sink, this.#item(end));
  }

  #item(status: string): JsonObject {
    return { id: this.place.id, type: "message", status, role: "assistant", content: this.#content };
  }

  #openPart(sink: Sink, type: OpenPart["type"]): OpenPart {
    if (this.#part?.type === type) return this.#part;
    this.closePart(sink);
    const opened: OpenPart = { type, text: "", annotations: [], cited: [], logprobs: [] };
    this.#part = opened;
    const added = { content_index: this.#content.length, part: partOf(opened) };
    this.emitPiece(sink, "response.content_part.added", added);
    return opened;
  }
}

function partOf({ type, text, annotations, logprobs }: OpenPart): JsonObject {
  return type === "refusal" ? { type, refusal: text } : { type, text, annotations, logprobs };
}

/** Thoughts that another provider shows are given as a summary, which clients show; its state as encrypted content. */
export class ReasoningItem extends Item {
  #text: string | null = null;

  begin(sink: Sink): this {
    return this.announce(sink, this.#item("in_progress", []));
  }

  fork(): ReasoningItem {
    const copy = new ReasoningItem(this.place);
    copy.#text = this.#text;
    return copy;
  }

  say(sink: Sink, delta: string): void {
    if (this.#text === null) {
      const part = { type: "summary_text", text: "" };
      this.emitPiece(sink, "response.reasoning_summary_part.added", { summary_index: 0, part });
    }
    this.#text = (this.#text ?? "") + delta;
    this.emitPiece(sink, "response.reasoning_summary_text.delta", { summary_index: 0, delta });
  }

  close(sink: Sink, end: ItemEnd, encrypted?: string): void {
    const text = this.#text;
    const part = { type: "summary_text", text };
    if (text !== null) {
      this.emitPiece(sink, "response.reasoning_summary_text.done", { summary_index: 0, text });
      this.emitPiece(sink, "response.reasoning_summary_part.done", { summary_index: 0, part });
    }
    const summary = text === null ? [] : [part];
    const state = encrypted === undefined ? {} : { encrypted_content: encrypted };
    this.end(sink, { ...this.#item(end, summary), ...state });
  }

  /** Clients made for xAI read no item without a status. OpenAI tells none of its own, and refuses one that it gets back. */
  #item(status: string, summary: readonly JsonObject[]): JsonObject {
    const { id } = this.place;
    return { id, type: "reasoning", ...(isOwnId(id) ? {} : { status }), summary };
  }
}

type Opens = Omit<NonNullable<ToolCallDelta["opens"]>, "state"> & {
  /** The group that the caller knows the tool in. */
  readonly namespace?: string;
  /** The tool takes free text, and the wire has only calls with JSON: the text stands in a field of it. */
  readonly wrapped?: true;
};

export class CallItem extends Item {
  readonly #call: Opens;
  #text = "";

  constructor(place: Place, call: Opens) {
    super(place);
    this.#call = call;
  }

  begin(sink: Sink): this {
    return this.announce(sink, this.#item("in_progress"));
  }

  /** Whether nothing that follows could belong to it: free text ends where another call begins. */
  get isWhole(): boolean {
    const { custom, wrapped } = this.#call;
    return (custom === true && wrapped !== true) || parseJson(this.#text) !== undefined;
  }

  fork(): CallItem {
    const copy = new CallItem(this.place, this.#call);
    copy.#text = this.#text;
    return copy;
  }

  say(sink: Sink, delta: string): void {
    if (delta === "") return;
    this.#text += delta;
    // Where the text begins and ends in its JSON is known once that is whole.
    if (this.#call.wrapped === true) return;
    this.#tell(sink, delta);
  }

  #tell(sink: Sink, delta: string): void {
    const isCustom = this.#call.custom === true;
    const type = isCustom ? "response.custom_tool_call_input.delta" : "response.function_call_arguments.delta";
    this.emitPiece(sink, type, { delta });
  }

  close(sink: Sink, end: ItemEnd): void {
    const isCut = end === "incomplete" && !this.isWhole;
    if (this.#call.wrapped === true) {
      this.#text = freeTextOf(this.#text);
      this.#tell(sink, this.#text);
    }
    // Hosts leave the arguments of a call that has none empty, and clients parse them.
    else if (!isCut && this.#call.custom !== true && this.#text.trim() === "") this.say(sink, "{}");
    const text = this.#text;
    if (this.#call.custom === true) this.emitPiece(sink, "response.custom_tool_call_input.done", { input: text });
    else this.emitPiece(sink, "response.function_call_arguments.done", { arguments: text });
    this.end(sink, this.#item(isCut ? "incomplete" : "completed"));
  }

  #item(status: string): JsonObject {
    const { id: call_id, custom, wrapped } = this.#call;
    const { id } = this.place;
    const named = { call_id, name: this.#call.name, ...namespaceOf(this.#call) };
    if (custom === true) {
      const isHeld = wrapped === true && status === "in_progress";
      return { id, type: "custom_tool_call", status, ...named, input: isHeld ? "" : this.#text };
    }
    return { id, type: "function_call", status, ...named, arguments: this.#text };
  }
}

function namespaceOf({ namespace }: Opens): JsonObject {
  return namespace === undefined ? {} : { namespace };
}
