import type { TranslationLoss } from "@signalbox/proto";
import { withLoss } from "../neutral/loss.ts";
import type { NeutralAnnotation } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { DeltaExtra, NeutralDelta, ToolCallDelta } from "../neutral/stream-event.ts";
import { renderAnnotation } from "./annotations.ts";
import { renderImage } from "./answer-media.ts";
import { renderCallState, renderReasoningDetails } from "./reasoning-details.ts";

/** What is known of one choice of an answer that another wire gives. */
type BuiltChoice = {
  /** UTF-16 units of its text before the part that is open, and in it. */
  readonly before: number;
  readonly open: number;
  /** What all of the open part rests on, whose end is not known before that of the part, and all that came after it. */
  readonly cited: readonly NeutralAnnotation[];
  /** The reasoning since the last state: a signature is worth nothing without the text that it signs. */
  readonly reasoning: string;
  readonly details: number;
  readonly custom: readonly boolean[];
  readonly refused: boolean;
};
export type BuiltChoices = ReadonlyMap<number, BuiltChoice>;

export const NO_BUILT_CHOICES: BuiltChoices = new Map();
const NEW_CHOICE: BuiltChoice = {
  before: 0,
  open: 0,
  cited: [],
  reasoning: "",
  details: 0,
  custom: [],
  refused: false,
};

type Built = { readonly built: BuiltChoices; readonly losses: readonly TranslationLoss[] };

/** The choices of a chunk that another wire gave, and what is known after them. */
export function buildDeltas(
  deltas: readonly NeutralDelta[],
  before: Built,
): Built & { readonly choices: readonly JsonObject[] } {
  const built = new Map(before.built);
  let { losses } = before;
  const choices = deltas.map((delta) => {
    const draft = new Draft(built.get(delta.choice) ?? NEW_CHOICE, `choices[${delta.choice}]`, losses);
    const choice = draft.choice(delta);
    built.set(delta.choice, draft.state);
    losses = draft.losses;
    return choice;
  });
  return { built, losses, choices };
}

/** More annotations than any part has do not wait for its end. */
const CITED_MAX = 1_024;

/** One choice of one chunk in the making. */
class Draft {
  state: BuiltChoice;
  losses: readonly TranslationLoss[];
  readonly #path: string;
  readonly #details: JsonObject[] = [];
  readonly #annotations: JsonObject[] = [];
  readonly #images: JsonObject[] = [];
  #audio: JsonObject | null = null;
  #logprobs: JsonObject | null = null;

  constructor(state: BuiltChoice, path: string, losses: readonly TranslationLoss[]) {
    this.state = state;
    this.#path = path;
    this.losses = losses;
  }

  choice(delta: NeutralDelta): JsonObject {
    const extras = delta.extras ?? [];
    if (extras.some((extra) => extra.kind === "new-part")) this.#newPart();
    this.state = {
      ...this.state,
      reasoning: this.state.reasoning + (delta.reasoning ?? ""),
      open: this.state.open + (delta.text?.length ?? 0),
    };
    for (const extra of extras) this.#add(extra);
    if (delta.finish !== null) this.#citeOpen();
    const calls = delta.toolCalls.map((call) => this.#call(call));
    const { stop } = delta;
    if (stop !== undefined && stop.sequence !== null) this.#lose("stop", "stop-sequence", "no-equivalent");
    // A refusal that has been said is not said again as the explanation of the end.
    const refusal = delta.refusal ?? (this.state.refused ? null : (stop?.explanation ?? null));
    if (refusal !== null) this.state = { ...this.state, refused: true };
    return {
      index: delta.choice,
      delta: {
        ...(delta.first ? { role: "assistant" } : {}),
        ...(delta.text !== null || delta.first ? { content: delta.text ?? "" } : {}),
        ...(delta.reasoning === null ? {} : { reasoning_content: delta.reasoning }),
        ...(refusal === null ? {} : { refusal }),
        ...(this.#details.length === 0 ? {} : { reasoning_details: this.#details }),
        ...(this.#annotations.length === 0 ? {} : { annotations: this.#annotations }),
        ...(this.#images.length === 0 ? {} : { images: this.#images }),
        ...(this.#audio === null ? {} : { audio: this.#audio }),
        ...(calls.length === 0 ? {} : { tool_calls: calls }),
      },
      logprobs: this.#logprobs,
      finish_reason: delta.finish,
    };
  }

  #newPart(): void {
    this.#citeOpen();
    const { before, open } = this.state;
    this.state = { ...this.state, before: before + open, open: 0, reasoning: "" };
  }

  #add(extra: DeltaExtra): void {
    switch (extra.kind) {
      case "new-part":
        return;
      case "reasoning-state": {
        const { reasoning, details } = this.state;
        const { kind: _, ...rest } = extra;
        this.#details.push(...renderReasoningDetails({ text: reasoning, ...rest }, details));
        this.state = { ...this.state, reasoning: "", details: details + 1 };
        return;
      }
      case "text-state":
        return this.#lose("state", "text-signature", "foreign");
      case "annotation": {
        const { cited } = this.state;
        const mustWait = extra.annotation.end === null || cited.length > 0;
        if (mustWait && cited.length < CITED_MAX) this.state = { ...this.state, cited: [...cited, extra.annotation] };
        else this.#cite(extra.annotation);
        return;
      }
      case "logprobs":
        this.#logprobs = extra.logprobs;
        return;
      case "media":
        return this.#addMedia(extra);
      case "other":
        return this.#lose("parts", extra.part.type, "foreign");
    }
  }

  #cite(annotation: NeutralAnnotation): void {
    const { before: offset, open: chars } = this.state;
    const rendered = renderAnnotation(annotation, { offset, chars });
    if (rendered === null) this.#lose("annotations", "citation", "no-equivalent");
    else this.#annotations.push(rendered);
  }

  #citeOpen(): void {
    const { cited } = this.state;
    if (cited.length === 0) return;
    for (const annotation of cited) this.#cite(annotation);
    this.state = { ...this.state, cited: [] };
  }

  #addMedia({ part }: DeltaExtra & { kind: "media" }): void {
    if (part.kind === "image") {
      const image = renderImage(part);
      if (part.state !== undefined) this.#lose("state", "image-signature", "foreign");
      if (image === null) this.#lose("parts", "image", "foreign");
      else this.#images.push(image);
    } else if (part.source.kind === "base64") {
      this.#audio = {
        data: part.source.data,
        ...(part.transcript === undefined ? {} : { transcript: part.transcript }),
      };
    } else this.#lose("parts", "audio", "foreign");
  }

  #call({ index, opens, arguments: text }: ToolCallDelta): JsonObject {
    if (opens !== null) {
      const custom = [...this.state.custom];
      custom[index] = opens.custom === true;
      this.state = { ...this.state, custom };
    }
    const isCustom = this.state.custom[index] === true;
    const kind = isCustom ? "custom" : "function";
    const body = isCustom ? { input: text } : { arguments: text };
    if (opens === null) return { index, [kind]: body };
    const { id, name, state } = opens;
    if (state !== undefined && state.wire !== "gemini") this.#lose("parts", "call-signature", "foreign");
    return { index, id, type: kind, [kind]: { name, ...body }, ...renderCallState(state) };
  }

  #lose(place: string, what: string, why: TranslationLoss["why"]): void {
    this.losses = withLoss(this.losses, { path: `${this.#path}.${place}`, what, why });
  }
}
