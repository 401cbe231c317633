import type { TranslationLoss } from "@signalbox/proto";
import { COLLECT_MAX_CHARS } from "../neutral/collect-limit.ts";
import { LossList, withLoss } from "../neutral/loss.ts";
import type { ToolCallPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { DeltaExtra, NeutralDelta } from "../neutral/stream-event.ts";
import { buildAnswerPart, buildCall, endOf } from "./build-answer.ts";
import { argsOf } from "../neutral/call-args.ts";
import { type CitedText, citing, closed, NO_CITED_TEXT, withText } from "./cited-text.ts";
import { renderGrounding } from "./grounding.ts";
import { renderLogprobs } from "./logprobs.ts";
import { signatureField } from "./signature.ts";

/** What is known of one choice of an answer that another wire gives. */
type BuiltChoice = {
  /** Calls whose arguments are still coming: the format has whole calls alone. By their index. */
  readonly calls: readonly ToolCallPart[];
  /** How many of `calls` the caller has. */
  readonly told: number;
  readonly cited: CitedText;
};
export type BuiltChoices = ReadonlyMap<number, BuiltChoice>;

export const NO_BUILT_CHOICES: BuiltChoices = new Map();
const NEW_CHOICE: BuiltChoice = { calls: [], told: 0, cited: NO_CITED_TEXT };

type Built = { readonly built: BuiltChoices; readonly losses: readonly TranslationLoss[] };

/** The candidates of a chunk that another wire gave, those alone that have something to say, and what is known after them. */
export function buildCandidates(
  deltas: readonly NeutralDelta[],
  before: Built,
): Built & { readonly candidates: readonly JsonObject[] } {
  const built = new Map(before.built);
  const list = new LossList();
  const candidates = deltas.flatMap((delta) => {
    const draft = new Draft(built.get(delta.choice) ?? NEW_CHOICE, `choices[${delta.choice}]`, list);
    const candidate = draft.candidate(delta);
    built.set(delta.choice, draft.state);
    return candidate === null ? [] : [candidate];
  });
  return { built, losses: list.all.reduce(withLoss, before.losses), candidates };
}

/** One candidate of one chunk in the making. */
class Draft {
  state: BuiltChoice;
  readonly #path: string;
  readonly #losses: LossList;
  readonly #parts: JsonObject[] = [];
  #logprobs: JsonObject = {};

  constructor(state: BuiltChoice, path: string, losses: LossList) {
    this.state = state;
    this.#path = path;
    this.#losses = losses;
  }

  candidate(delta: NeutralDelta): JsonObject | null {
    const extras = delta.extras ?? [];
    const { reasoning, text, refusal } = delta;
    const isContent = Boolean(text) || Boolean(reasoning) || extras.some(({ kind }) => kind !== "logprobs");
    if (isContent) this.#tell(completeCalls(this.state.calls));
    if (extras.some(({ kind }) => kind === "new-part")) this.#cite(closed(this.state.cited));
    if (reasoning !== null && reasoning !== "") this.#parts.push({ text: reasoning, thought: true });
    for (const extra of extras) if (extra.kind === "reasoning-state") this.#addReasoningState(extra);
    if (text !== null && text !== "") this.#addText(text);
    for (const extra of extras) this.#add(extra);
    if (refusal !== null && refusal !== "") this.#addPart({ kind: "refusal", text: refusal });
    for (const call of delta.toolCalls) this.#addCall(call);
    if (delta.finish === null && this.#parts.length === 0) return null;
    if (delta.finish !== null) this.#tell(this.state.calls.length);
    return this.#build(delta);
  }

  #build({ choice: index, finish, stop }: NeutralDelta): JsonObject {
    const content = { parts: this.#parts.length === 0 ? [{ text: "" }] : this.#parts, role: "model" };
    if (finish === null) return { content, index, ...this.#logprobs };
    this.#cite(closed(this.state.cited));
    const end = endOf({ finish, ...(stop === undefined ? {} : { stop }) }, this.#path, this.#losses);
    return { content, ...end, index, ...renderGrounding(this.state.cited.segments), ...this.#logprobs };
  }

  #cite(cited: CitedText): void {
    if (cited !== this.state.cited) this.state = { ...this.state, cited };
  }

  #addText(text: string): void {
    this.#parts.push({ text });
    this.#cite(withText(this.state.cited, text));
  }

  #addReasoningState({ state, id }: DeltaExtra & { kind: "reasoning-state" }): void {
    if (id !== undefined) this.#losses.add(`${this.#path}.parts.id`, "reasoning-id", "no-equivalent");
    const last = this.#parts.at(-1);
    const isOpen = last !== undefined && last["thought"] === true;
    if (isOpen) this.#parts[this.#parts.length - 1] = { ...last, ...signatureField(state) };
    else this.#parts.push({ text: "", thought: true, ...signatureField(state) });
  }

  #add(extra: DeltaExtra): void {
    switch (extra.kind) {
      case "text-state": {
        const last = this.#parts.at(-1);
        const isOpen = last !== undefined && typeof last["text"] === "string" && last["thought"] === undefined;
        if (isOpen) this.#parts[this.#parts.length - 1] = { ...last, ...signatureField(extra.state) };
        else this.#parts.push({ text: "", ...signatureField(extra.state) });
        return;
      }
      case "annotation": {
        const { annotation } = extra;
        if (annotation.url === null) this.#losses.add(`${this.#path}.annotations`, "citation", "no-equivalent");
        else this.#cite(citing(this.state.cited, annotation));
        return;
      }
      case "logprobs":
        this.#logprobs = renderLogprobs(extra.logprobs);
        return;
      case "media":
      case "other":
        return this.#addPart(extra.part);
      default:
        return;
    }
  }

  #addPart(part: Parameters<typeof buildAnswerPart>[0]): void {
    const built = buildAnswerPart(part, `${this.#path}.parts`, this.#losses);
    if (built !== null) this.#parts.push(built);
  }

  #addCall({ index, opens, arguments: text }: NeutralDelta["toolCalls"][number]): void {
    const calls = [...this.state.calls];
    const call = calls[index];
    if (opens !== null) calls[index] = { kind: "tool-call", ...opens, arguments: text };
    else if (call !== undefined && call.arguments.length + text.length <= COLLECT_MAX_CHARS) {
      calls[index] = { ...call, arguments: call.arguments + text };
    }
    this.state = { ...this.state, calls };
  }

  /** Gives out the calls before this index that the caller does not have yet. */
  #tell(until: number): void {
    const { calls, told } = this.state;
    if (told >= until) return;
    for (const call of calls.slice(told, until)) {
      if (call !== undefined) this.#parts.push(buildCall(call, `${this.#path}.parts`, this.#losses));
    }
    this.state = { ...this.state, told: until };
  }
}

/** How many calls, from the first, are whole: text that follows a call ends it, but hosts also mix the pieces of several. */
function completeCalls(calls: readonly ToolCallPart[]): number {
  const open = calls.findIndex((call) => call.arguments === "" || argsOf(call.arguments).isWrapped);
  return open === -1 ? calls.length : open;
}
