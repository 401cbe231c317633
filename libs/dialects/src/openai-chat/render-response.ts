import { objectsOf } from "../check/field-value.ts";
import type { RenderedResponse, RenderResponseOptions } from "../ingress-codec.ts";
import { renderNote } from "../neutral/answer-note.ts";
import { LossList, NO_LOSSES } from "../neutral/loss.ts";
import { type NeutralPart, reasoningOf, refusalOf, textOf, toolCallsOf } from "../neutral/part.ts";
import type { NeutralChoice, NeutralResponse } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import { renderImage } from "./answer-media.ts";
import { buildMessage } from "./build-answer.ts";
import { inLegacyForm, isLegacyEcho } from "./legacy-answer.ts";
import { renderUsage } from "./usage.ts";

/** A whole answer as the caller gets it, with every field that the format requires, and `usage.signalbox`; a provider's of this form keeps its own. */
export function renderResponse(response: NeutralResponse, options: RenderResponseOptions): RenderedResponse {
  const note = renderNote(options.note, options.usage);
  if (isLegacyEcho(options)) return renderLegacy(response, options);
  if (response.source.dialect === "openai-chat") {
    const { body } = response.source;
    const sources = body["choices"] as readonly JsonObject[];
    const choices = response.choices.map((choice, position) => overlayChoice(choice, sources[position] ?? {}));
    const usage = { ...renderUsage(options.usage, body["usage"]), signalbox: note };
    return { body: { ...body, ...headOf(response), choices, usage }, losses: NO_LOSSES };
  }
  const losses = new LossList();
  const choices = response.choices.map((choice, position) => buildChoice(choice, `choices[${position}]`, losses));
  const usage = { ...renderUsage(options.usage, null), signalbox: note };
  return { body: { ...headOf(response), choices, usage }, losses: losses.all };
}

/** An answer to who asked with `functions`. */
function renderLegacy(response: NeutralResponse, options: RenderResponseOptions): RenderedResponse {
  const { echo: _, ...plain } = options;
  const { body, losses } = renderResponse(response, plain);
  const list = new LossList();
  for (const { path, what, why } of losses) list.add(path, what, why);
  const choices = (body["choices"] as readonly JsonObject[]).map((choice, position) => {
    return inLegacyForm(choice, () => list.add(`choices[${position}]`, "tool-call", "no-equivalent"));
  });
  return { body: { ...body, choices }, losses: list.all };
}

function headOf(response: NeutralResponse): JsonObject {
  return { id: response.id, object: "chat.completion", created: response.createdAtS, model: response.model };
}

function overlayChoice(choice: NeutralChoice, source: JsonObject): JsonObject {
  return {
    ...source,
    index: choice.index,
    message: overlayMessage(choice, (source["message"] ?? {}) as JsonObject),
    logprobs: source["logprobs"] ?? null,
    finish_reason: choice.finish,
  };
}

function overlayMessage(choice: NeutralChoice, source: JsonObject): JsonObject {
  const { tool_calls: calls, ...rest } = source;
  const message = {
    ...rest,
    ...(Array.isArray(rest["content"]) ? besideText(choice.parts) : undefined),
    role: "assistant",
    content: textOf(choice.parts),
    refusal: refusalOf(choice.parts),
  };
  const toolCalls = toolCallsOf(choice.parts);
  if (toolCalls.length === 0) return message;
  const sources = objectsOf(calls);
  const { function_call: _, ...today } = message as JsonObject;
  return {
    ...today,
    tool_calls: toolCalls.map((call, index) => {
      const own = sources[index] ?? {};
      if (own["type"] === "custom") return { ...own, id: call.id };
      const called = { ...(own["function"] as JsonObject), name: call.name, arguments: call.arguments };
      return { ...own, id: call.id, type: "function", function: called };
    }),
  };
}

/** What stands among the parts of a content, where this format has a text alone. */
function besideText(parts: readonly NeutralPart[]): JsonObject {
  const reasoning = reasoningOf(parts);
  const images = parts.flatMap((part) => (part.kind === "image" ? (renderImage(part) ?? []) : []));
  return {
    ...(reasoning === null ? {} : { reasoning_content: reasoning }),
    ...(images.length === 0 ? {} : { images }),
  };
}

function buildChoice(choice: NeutralChoice, path: string, losses: LossList): JsonObject {
  const { stop } = choice;
  if (stop !== undefined && stop.sequence !== null) losses.add(`${path}.stop`, "stop-sequence", "no-equivalent");
  if (stop !== undefined && stop.category !== null) losses.add(`${path}.stop`, "stop-category", "no-equivalent");
  return {
    index: choice.index,
    message: buildMessage(choice, path, losses),
    logprobs: choice.logprobs ?? null,
    finish_reason: choice.finish,
  };
}
