import { COLLECT_MAX_CHARS } from "./collect-limit.ts";
import type { NeutralAnnotation, NeutralPart, ReasoningPart, TextPart, ToolCallPart } from "./part.ts";
import type { AnswerDefaults, FinishReason, NeutralChoice, NeutralResponse, StopDetails } from "./response.ts";
import { charsOf, type DeltaExtra, type NeutralChunk, type NeutralDelta } from "./stream-event.ts";
import type { JsonObject, Source } from "./source.ts";
import type { Usage } from "@signalbox/proto";

/** Puts the chunks of any wire's stream together into the whole answer. Null from `response`: it is too large, or is none. */
export class ResponseCollector {
  #head: (AnswerDefaults & { readonly source: Source }) | null = null;
  readonly #choices = new Map<number, ChoiceDraft>();
  #chars = 0;

  add(chunk: NeutralChunk): void {
    if (this.#chars > COLLECT_MAX_CHARS) return;
    this.#head ??= chunk;
    for (const delta of chunk.deltas) {
      let draft = this.#choices.get(delta.choice);
      if (draft === undefined) this.#choices.set(delta.choice, (draft = new ChoiceDraft(delta.choice)));
      draft.add(delta);
      this.#chars += charsOf(delta);
    }
    if (this.#chars > COLLECT_MAX_CHARS) this.#choices.clear();
  }

  /** `source.body` of what is put together is empty: it came in pieces. */
  response(usage: Usage | null): NeutralResponse | null {
    if (this.#head === null || this.#chars > COLLECT_MAX_CHARS) return null;
    const { id, createdAtS, model, source } = this.#head;
    const drafts = [...this.#choices.values()].toSorted((a, b) => a.index - b.index);
    const choices = drafts.flatMap((draft) => draft.choice() ?? []);
    if (choices.length === 0 || choices.length < drafts.length) return null;
    const outputChars = this.#chars;
    return { source: { dialect: source.dialect, body: {} }, id, createdAtS, model, choices, usage, outputChars };
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

class ChoiceDraft {
  readonly index: number;
  readonly #parts: NeutralPart[] = [];
  /** The part that pieces are added to; null: the next piece begins one. */
  #open: Mutable<TextPart | ReasoningPart> | null = null;
  #openId: string | undefined;
  readonly #calls: Mutable<ToolCallPart>[] = [];
  readonly #logprobs = { content: [] as unknown[], refusal: [] as unknown[] };
  #finish: FinishReason | null = null;
  #stop: StopDetails | undefined;

  constructor(index: number) {
    this.index = index;
  }

  add(delta: NeutralDelta): void {
    const extras = delta.extras ?? [];
    for (const extra of extras) if (extra.kind === "new-part") this.#newPart(extra.id);
    if (delta.reasoning !== null && delta.reasoning !== "") this.#openPart("reasoning").text += delta.reasoning;
    for (const extra of extras) if (extra.kind === "reasoning-state") this.#reasoningState(extra);
    if (delta.text !== null) this.#addText(delta.text);
    for (const extra of extras) this.#addExtra(extra);
    if (delta.refusal !== null) this.#addRefusal(delta.refusal);
    for (const { index, opens, arguments: text } of delta.toolCalls) {
      if (opens !== null) this.#openCall(index, { kind: "tool-call", ...opens, arguments: "" });
      const call = this.#calls[index];
      if (call !== undefined) call.arguments += text;
    }
    this.#finish ??= delta.finish;
    this.#stop ??= delta.stop;
  }

  choice(): NeutralChoice | null {
    if (this.#finish === null) return null;
    const { content, refusal } = this.#logprobs;
    const logprobs = { content: content.length === 0 ? null : content, refusal: refusal.length === 0 ? null : refusal };
    const hasLogprobs = content.length > 0 || refusal.length > 0;
    return {
      index: this.index,
      parts: this.#parts,
      finish: this.#finish,
      ...(this.#stop === undefined ? {} : { stop: this.#stop }),
      ...(hasLogprobs ? { logprobs } : {}),
    };
  }

  #newPart(id: string | undefined): void {
    this.#open = null;
    this.#openId = id;
  }

  #openPart(kind: "text" | "reasoning"): Mutable<TextPart | ReasoningPart> {
    if (this.#open?.kind === kind) return this.#open;
    const id = this.#openId === undefined || kind === "text" ? {} : { id: this.#openId };
    this.#openId = undefined;
    const opened: Mutable<TextPart | ReasoningPart> = { kind, text: "", ...id };
    this.#open = opened;
    this.#parts.push(opened);
    return opened;
  }

  #addText(text: string): void {
    // An empty piece says only that an answer has begun.
    if (text !== "" || this.#open?.kind === "text") this.#openPart("text").text += text;
  }

  #reasoningState({ state, id }: DeltaExtra & { kind: "reasoning-state" }): void {
    const part = this.#openPart("reasoning") as Mutable<ReasoningPart>;
    part.state = state;
    if (id !== undefined) part.id = id;
    this.#open = null;
  }

  #addExtra(extra: DeltaExtra): void {
    if (extra.kind === "annotation") this.#annotate(extra.annotation);
    else if (extra.kind === "text-state") (this.#openPart("text") as Mutable<TextPart>).state = extra.state;
    else if (extra.kind === "media" || extra.kind === "other") {
      this.#newPart(undefined);
      this.#parts.push(extra.part);
    } else if (extra.kind === "logprobs") this.#addLogprobs(extra.logprobs);
  }

  #annotate(annotation: NeutralAnnotation): void {
    const part = this.#openPart("text") as Mutable<TextPart>;
    part.annotations = [...(part.annotations ?? []), annotation];
  }

  #addRefusal(text: string): void {
    const last = this.#parts.at(-1);
    if (last?.kind === "refusal") this.#parts[this.#parts.length - 1] = { ...last, text: last.text + text };
    else this.#parts.push({ kind: "refusal", text });
    this.#open = null;
  }

  #openCall(index: number, call: Mutable<ToolCallPart>): void {
    this.#newPart(undefined);
    this.#calls[index] = call;
    this.#parts.push(call);
  }

  #addLogprobs(logprobs: JsonObject): void {
    for (const field of ["content", "refusal"] as const) {
      const list = logprobs[field];
      if (Array.isArray(list)) this.#logprobs[field].push(...(list as unknown[]));
    }
  }
}
