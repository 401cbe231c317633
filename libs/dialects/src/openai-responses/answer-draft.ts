import { SignalboxError, type TranslationLoss } from "@signalbox/proto";
import { COLLECT_MAX_CHARS } from "../neutral/collect-limit.ts";
import { NO_LOSSES, withLoss } from "../neutral/loss.ts";
import type { ReasoningState } from "../neutral/reasoning-state.ts";
import type { AnswerDefaults, FinishReason } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import { charsOf, type DeltaExtra, type NeutralDelta, type ToolCallDelta } from "../neutral/stream-event.ts";
import { renderAnnotation } from "./annotations.ts";
import { type Bearer, encryptedContentOf } from "./carried-state.ts";
import {
  CallItem,
  type ItemEnd,
  MessageItem,
  type OpenItem,
  type Place,
  ReasoningItem,
  type Sink,
} from "./draft-items.ts";
import { renderFinish } from "./finish-reason.ts";
import { placeOfTool } from "./namespaces.ts";
import { FOREIGN_REASONING_ID } from "./reasoning-item.ts";
import { itemIdOf, responseIdOf, responseOf } from "./response-object.ts";
import { wholeItemOf } from "./whole-item.ts";

type Fields = {
  losses: readonly TranslationLoss[];
  output: readonly JsonObject[];
  sequence: number;
  open: OpenItem | null;
  reasoningId: string | undefined;
  /** Calls whose items are open, by their index: one, as clients take a piece for that of the last item that began. */
  calls: ReadonlyMap<number, CallItem>;
  /** Calls that began before the one before them was whole, with all that has come of their arguments. */
  waiting: ReadonlyMap<number, WaitingCall>;
  finish: FinishReason;
  refused: boolean;
  chars: number;
};

type Opening = NonNullable<ToolCallDelta["opens"]>;
type WaitingCall = { readonly opens: Opening; readonly text: string };

const BLANK: Fields = {
  losses: NO_LOSSES,
  output: [],
  sequence: 0,
  open: null,
  reasoningId: undefined,
  calls: new Map(),
  waiting: new Map(),
  finish: "stop",
  refused: false,
  chars: 0,
};

/** The events of an answer that another wire gives, and the response that they make. A fork goes its own way from there. */
export class AnswerDraft implements Sink {
  readonly #head: AnswerDefaults;
  readonly #echo: JsonObject;
  readonly #fields: Fields;
  #events: JsonObject[] = [];

  private constructor(head: AnswerDefaults, echo: JsonObject, fields: Fields) {
    this.#head = head;
    this.#echo = echo;
    this.#fields = fields;
  }

  static begin(head: AnswerDefaults, echo: JsonObject): AnswerDraft {
    const draft = new AnswerDraft(head, echo, { ...BLANK });
    const response = responseOf(head, echo, { status: "in_progress" });
    draft.emit({ type: "response.created", response });
    draft.emit({ type: "response.in_progress", response });
    return draft;
  }

  fork(): AnswerDraft {
    const { open, calls } = this.#fields;
    const forked = calls.size === 0 ? calls : new Map([...calls].map(([index, call]) => [index, call.fork()]));
    return new AnswerDraft(this.#head, this.#echo, { ...this.#fields, open: open?.fork() ?? null, calls: forked });
  }

  get losses(): readonly TranslationLoss[] {
    return this.#fields.losses;
  }

  /** The events since the last time, each with its number. */
  take(): readonly JsonObject[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  add(delta: NeutralDelta): void {
    if (delta.choice !== 0) return this.#lose("choices", "choice", "no-equivalent");
    this.#fields.chars += charsOf(delta);
    if (this.#fields.chars > COLLECT_MAX_CHARS) throw tooLarge();
    const extras = delta.extras ?? [];
    for (const extra of extras) if (extra.kind === "new-part") this.#newPart(extra.id);
    if (delta.reasoning !== null && delta.reasoning !== "") this.#reasoning().say(this, delta.reasoning);
    for (const extra of extras) if (extra.kind === "reasoning-state") this.#sealReasoning(extra);
    const logprobs = logprobsOf(extras);
    if (delta.text !== null && delta.text !== "") this.#message().say(this, delta.text, logprobs);
    else if (logprobs.length > 0) this.#weigh(logprobs);
    for (const extra of extras) this.#addExtra(extra);
    if (delta.refusal !== null && delta.refusal !== "") this.#refuse(delta.refusal);
    for (const call of delta.toolCalls) this.#addCall(call);
    if (delta.finish !== null) this.#end(delta, delta.finish);
  }

  /** Closes what is open. `usage` is that of the response, as it is written. */
  finish(usage: JsonObject | null): JsonObject {
    const end = this.#fields.finish === "length" ? "incomplete" : "completed";
    this.#close(end);
    for (const [index, call] of this.#fields.waiting) {
      this.#beginCall(index, call);
      this.#closeCalls(end);
    }
    this.#fields.waiting = BLANK.waiting;
    const status = renderFinish(this.#fields.finish);
    const response = responseOf(this.#head, this.#echo, { ...status, output: this.#fields.output, usage });
    this.emit({ type: `response.${status.status}`, response });
    return response;
  }

  emit({ type, ...fields }: JsonObject): void {
    this.#events.push({ type, sequence_number: this.#fields.sequence, ...fields });
    this.#fields.sequence += 1;
  }

  put(at: number, item: JsonObject): void {
    const output = [...this.#fields.output];
    output[at] = item;
    this.#fields.output = output;
  }

  /** A place for an item, at the output's end. */
  #place(prefix: string, id?: string): Place {
    const at = this.#fields.output.length;
    return { at, id: id ?? itemIdOf(prefix, responseIdOf(this.#head.id), at) };
  }

  #close(end: ItemEnd = "completed"): void {
    this.#closeCalls(end);
    this.#closeItem(end);
  }

  #closeItem(end: ItemEnd = "completed"): void {
    const { open } = this.#fields;
    open?.close(this, end);
    this.#fields.open = null;
  }

  #newPart(id: string | undefined): void {
    const { open } = this.#fields;
    if (open instanceof MessageItem) open.closePart(this);
    // A call stays open: what follows may still be one more of its pieces.
    else this.#closeItem();
    this.#fields.reasoningId = id;
  }

  #reasoning(): ReasoningItem {
    const { open, reasoningId } = this.#fields;
    if (open instanceof ReasoningItem) return open;
    this.#close();
    const id = reasoningId?.startsWith("rs_") === true ? reasoningId : undefined;
    this.#fields.reasoningId = undefined;
    const opened = new ReasoningItem(this.#place(FOREIGN_PREFIX, id)).begin(this);
    this.#fields.open = opened;
    return opened;
  }

  #sealReasoning({ state, id }: DeltaExtra & { kind: "reasoning-state" }): void {
    this.#fields.reasoningId ??= id;
    this.#reasoning().close(this, "completed", encryptedContentOf(state));
    this.#fields.open = null;
  }

  /** A state that belongs to another part, in an item by itself. */
  #carry(state: ReasoningState, bearer: Bearer): void {
    this.#close();
    const item = new ReasoningItem(this.#place(FOREIGN_PREFIX)).begin(this);
    item.close(this, "completed", encryptedContentOf(state, bearer));
  }

  #message(): MessageItem {
    if (this.#fields.open instanceof MessageItem) return this.#fields.open;
    this.#close();
    const opened = new MessageItem(this.#place("msg")).begin(this);
    this.#fields.open = opened;
    return opened;
  }

  /** Some wires tell the log probabilities of a whole text at its end. */
  #weigh(logprobs: readonly unknown[]): void {
    const { open } = this.#fields;
    const isTaken = open instanceof MessageItem && open.weigh(logprobs);
    if (!isTaken) this.#lose("logprobs", "logprobs", "no-equivalent");
  }

  #addExtra(extra: DeltaExtra): void {
    switch (extra.kind) {
      case "annotation": {
        const message = this.#message();
        if (renderAnnotation(extra.annotation, 0) === null) this.#lose("annotations", "citation", "no-equivalent");
        else message.annotate(this, extra.annotation);
        return;
      }
      case "text-state":
        return this.#carry(extra.state, "text");
      case "media":
      case "other":
        return this.#addWhole(extra.part);
      case "new-part":
      case "reasoning-state":
      case "logprobs":
        return;
    }
  }

  #addWhole(part: (DeltaExtra & { kind: "media" | "other" })["part"]): void {
    const item = wholeItemOf(part);
    if (item === null) {
      const isOther = part.kind === "other";
      return this.#lose("parts", isOther ? part.type : part.kind, isOther ? "foreign" : "no-equivalent");
    }
    if (part.kind === "image" && part.state !== undefined) this.#lose("state", "image-signature", "foreign");
    this.#close();
    const place = this.#place(item["type"] === "image_generation_call" ? "ig" : "item");
    const whole = { ...item, id: item["id"] ?? place.id };
    this.put(place.at, whole);
    this.emit({ type: "response.output_item.added", output_index: place.at, item: whole });
    this.emit({ type: "response.output_item.done", output_index: place.at, item: whole });
  }

  #refuse(text: string): void {
    this.#fields.refused = true;
    this.#message().refuse(this, text);
  }

  #addCall({ index, opens, arguments: text }: ToolCallDelta): void {
    if (opens !== null) return this.#openCall(index, { opens, text });
    const waiting = this.#fields.waiting.get(index);
    if (waiting !== undefined) return this.#wait(index, { ...waiting, text: waiting.text + text });
    const call = this.#fields.calls.get(index);
    if (call !== undefined) call.say(this, text);
    else if (text.trim() !== "") this.#lose("parts", "call-input", "out-of-range");
  }

  #openCall(index: number, call: WaitingCall): void {
    this.#closeItem();
    const { calls, waiting } = this.#fields;
    if ([...calls.values()].every((open) => open.isWhole) && waiting.size === 0) {
      this.#closeCalls();
      this.#beginCall(index, call);
    } else this.#wait(index, call);
  }

  #wait(index: number, call: WaitingCall): void {
    this.#fields.waiting = new Map(this.#fields.waiting).set(index, call);
  }

  #beginCall(index: number, { opens: { state, ...call }, text }: WaitingCall): void {
    if (state !== undefined) this.#carry(state, "call");
    const place = placeOfTool(this.#echo["tools"], call.name);
    const known = place.custom === true && call.custom !== true ? { ...place, wrapped: true as const } : place;
    const isCustom = call.custom === true || place.custom === true;
    const opened = new CallItem(this.#place(isCustom ? "ctc" : "fc"), { ...call, ...known }).begin(this);
    this.#fields.calls = new Map(this.#fields.calls).set(index, opened);
    opened.say(this, text);
  }

  #closeCalls(end: ItemEnd = "completed"): void {
    for (const call of this.#fields.calls.values()) call.close(this, end);
    this.#fields.calls = BLANK.calls;
  }

  #end({ stop }: NeutralDelta, finish: FinishReason): void {
    this.#fields.finish = finish;
    if (stop === undefined) return;
    if (stop.sequence !== null) this.#lose("stop", "stop-sequence", "no-equivalent");
    // A provider that explains why it stopped leaves the answer without text: the explanation is the refusal.
    if (stop.explanation !== null && !this.#fields.refused) this.#refuse(stop.explanation);
  }

  #lose(place: string, what: string, why: TranslationLoss["why"]): void {
    this.#fields.losses = withLoss(this.#fields.losses, { path: `choices[0].${place}`, what, why });
  }
}

const FOREIGN_PREFIX = FOREIGN_REASONING_ID.slice(0, -1);

function logprobsOf(extras: readonly DeltaExtra[]): readonly unknown[] {
  const content = extras.find((extra) => extra.kind === "logprobs")?.logprobs["content"];
  return Array.isArray(content) ? (content as readonly unknown[]) : [];
}

function tooLarge(): SignalboxError {
  return new SignalboxError("upstream-error", "The provider's answer is too large.");
}
