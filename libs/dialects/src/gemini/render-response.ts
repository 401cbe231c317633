import type { Usage } from "@signalbox/proto";
import type { RenderedResponse, RenderResponseOptions } from "../ingress-codec.ts";
import { renderNote } from "../neutral/answer-note.ts";
import { LossList, NO_LOSSES } from "../neutral/loss.ts";
import type { AnswerDefaults, NeutralResponse } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import { buildCandidate } from "./build-answer.ts";
import { renderUsage } from "./usage.ts";

/** A whole answer as the caller gets it, with `usageMetadata.signalbox`; a provider's of this form keeps its own fields. */
export function renderResponse(response: NeutralResponse, options: RenderResponseOptions): RenderedResponse {
  const note = { signalbox: renderNote(options.note, options.usage) };
  if (response.source.dialect === "gemini") {
    const { body } = response.source;
    const usageMetadata = { ...renderUsage(options.usage, body["usageMetadata"]), ...note };
    return { body: { ...body, ...renderHead(response), usageMetadata }, losses: NO_LOSSES };
  }
  const { body, losses } = build(response, options.usage);
  return { body: { ...body, usageMetadata: { ...renderUsage(options.usage, null), ...note } }, losses };
}

/** A whole answer to be kept: the provider's own where it has this form. */
export function keptOf(response: NeutralResponse, usage: Usage): JsonObject {
  return response.source.dialect === "gemini" ? response.source.body : build(response, usage).body;
}

function build(response: NeutralResponse, usage: Usage): RenderedResponse {
  const losses = new LossList();
  const candidates = response.choices.map((choice, position) => {
    return buildCandidate(choice, `choices[${position}]`, losses);
  });
  const body = { candidates, usageMetadata: renderUsage(usage, null), ...renderHead(response) };
  return { body, losses: losses.all };
}

export function renderHead({ id, model }: AnswerDefaults): JsonObject {
  return { modelVersion: model, responseId: id };
}
