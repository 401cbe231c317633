import type { RenderedResponse, RenderResponseOptions } from "../ingress-codec.ts";
import { renderNote } from "../neutral/answer-note.ts";
import { NO_LOSSES } from "../neutral/loss.ts";
import { chunksOfResponse } from "../neutral/response-chunks.ts";
import type { NeutralResponse } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import { AnswerDraft } from "./answer-draft.ts";
import { responseOf } from "./response-object.ts";
import { renderUsage } from "./usage.ts";

/** A whole answer as the caller gets it, with every field that the format requires, and `usage.signalbox`; a provider's of this form keeps its own. */
export function renderResponse(response: NeutralResponse, options: RenderResponseOptions): RenderedResponse {
  const note = renderNote(options.note, options.usage);
  const echo = options.echo ?? {};
  if (isOwn(response)) {
    const { body } = response.source;
    const usage = { ...renderUsage(options.usage, body["usage"]), signalbox: note };
    const head = { id: response.id, model: response.model, created_at: response.createdAtS };
    return { body: { ...responseOf(response, echo, body), ...head, usage }, losses: NO_LOSSES };
  }
  const { answerId: id = response.id } = options;
  return buildResponse({ ...response, id }, echo, { ...renderUsage(options.usage, null), signalbox: note });
}

/** Whether the answer is a response that its provider sent whole. */
export function isOwn({ source }: NeutralResponse): boolean {
  return source.dialect === "openai-responses" && Array.isArray(source.body["output"]);
}

/** The response that an answer of another wire becomes; the same as its stream ends with. */
export function buildResponse(response: NeutralResponse, echo: JsonObject, usage: JsonObject): RenderedResponse {
  const draft = AnswerDraft.begin(response, echo);
  for (const chunk of chunksOfResponse(response)) for (const delta of chunk.deltas) draft.add(delta);
  return { body: draft.finish(usage), losses: draft.losses };
}
