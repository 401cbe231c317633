import type { Usage } from "@signalbox/proto";
import type { RenderedResponse, RenderResponseOptions } from "../ingress-codec.ts";
import { renderNote } from "../neutral/answer-note.ts";
import { LossList } from "../neutral/loss.ts";
import type { AnswerDefaults, NeutralResponse } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import { renderUsage } from "../openai-chat/usage.ts";
import { renderFinish, textOfChoice } from "./choice-text.ts";
import { renderLogprobs } from "./logprobs.ts";

/** A whole answer as the caller gets it, with every field that the format requires, and `usage.signalbox`. */
export function renderResponse(response: NeutralResponse, options: RenderResponseOptions): RenderedResponse {
  const { body, losses } = build(response, options.usage, prefixOf(options.echo));
  const usage = { ...(body["usage"] as JsonObject), signalbox: renderNote(options.note, options.usage) };
  return { body: { ...body, usage }, losses };
}

/** A whole answer to be kept, without the prompt before it. */
export function keptOf(response: NeutralResponse, usage: Usage): JsonObject {
  return build(response, usage, "").body;
}

/** The prompt, where the caller wants it before the answer. */
export function prefixOf(echo: JsonObject | undefined): string {
  return typeof echo?.["prompt"] === "string" ? echo["prompt"] : "";
}

function build(response: NeutralResponse, usage: Usage, prefix: string): RenderedResponse {
  const losses = new LossList();
  const choices = response.choices.map((choice, position) => ({
    text: prefix + textOfChoice(choice.parts, `choices[${position}]`, losses),
    index: choice.index,
    logprobs: renderLogprobs(choice.logprobs, prefix.length),
    finish_reason: renderFinish(choice.finish),
  }));
  return { body: { ...headOf(response), choices, usage: renderUsage(usage, null) }, losses: losses.all };
}

export function headOf({ id, createdAtS, model }: AnswerDefaults): JsonObject {
  return { id, object: "text_completion", created: createdAtS, model };
}
