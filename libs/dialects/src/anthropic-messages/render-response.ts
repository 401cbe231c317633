import type { Usage } from "@signalbox/proto";
import type { RenderedResponse, RenderResponseOptions } from "../ingress-codec.ts";
import { renderNote } from "../neutral/answer-note.ts";
import { LossList, NO_LOSSES } from "../neutral/loss.ts";
import type { NeutralResponse } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import { buildAnswer } from "./build-answer.ts";
import { finishWith, refusalTextOf, renderStop } from "./stop-reason.ts";
import { buildUsage, renderUsage } from "./usage.ts";

/** A whole answer as the caller gets it, with every field that the format requires, and `usage.signalbox`; a provider's of this form keeps its own. */
export function renderResponse(response: NeutralResponse, options: RenderResponseOptions): RenderedResponse {
  const signalbox = renderNote(options.note, options.usage);
  const { dialect, body } = response.source;
  if (dialect === "anthropic-messages") {
    const usage = { ...renderUsage(options.usage, body["usage"]), signalbox };
    const stop = { stop_reason: "end_turn", stop_sequence: null };
    return { body: { ...stop, ...withoutNulls(body), ...headOf(response), usage }, losses: NO_LOSSES };
  }
  const losses = new LossList();
  const { answerId: id = response.id } = options;
  const built = buildMessage({ ...response, id }, options.usage, losses);
  return { body: { ...built, usage: { ...(built["usage"] as JsonObject), signalbox } }, losses: losses.all };
}

/** The message that an answer of another wire becomes; it has one choice alone. */
export function buildMessage(response: NeutralResponse, usage: Usage, losses: LossList): JsonObject {
  const [choice, ...others] = response.choices;
  for (const { index } of others) losses.add(`choices[${index}]`, "choice", "no-equivalent");
  const parts = choice?.parts ?? [];
  const callsTools = parts.some(({ kind }) => kind === "tool-call");
  if (choice?.logprobs !== undefined) losses.add("choices[0].logprobs", "logprobs", "no-equivalent");
  return {
    ...headOf(response),
    content: choice === undefined ? [] : buildAnswer(choice, "choices[0]", losses),
    ...renderStop({ ...choice, finish: finishWith(choice?.finish ?? "stop", callsTools) }, refusalTextOf(parts)),
    container: null,
    usage: buildUsage(usage),
  };
}

export function headOf({ id, model }: { readonly id: string; readonly model: string }): JsonObject {
  return { id, type: "message", role: "assistant", model };
}

/** A stop reason that is null stands in a stream alone. */
function withoutNulls(body: JsonObject): JsonObject {
  if (body["stop_reason"] !== null) return body;
  const { stop_reason: _, ...rest } = body;
  return rest;
}
