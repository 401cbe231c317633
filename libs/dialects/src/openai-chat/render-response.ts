import type { Usage } from "@signalbox/proto";
import type { JsonObject } from "../neutral/request.ts";
import type { NeutralChoice, NeutralResponse } from "../neutral/response.ts";
import { isObject } from "./check-value.ts";
import { type AnswerNote, renderNote } from "./signalbox-usage.ts";
import { renderUsage } from "./usage.ts";

export type RenderResponseOptions = {
  /** As reported, or estimated where the provider reported none. */
  readonly usage: Usage;
  readonly note: AnswerNote;
};

/** A whole answer as the caller gets it: the provider's own, with every field that the format requires, and `usage.signalbox`. */
export function renderResponse(response: NeutralResponse, options: RenderResponseOptions): JsonObject {
  const { body } = response.source;
  const sources = body["choices"] as readonly JsonObject[];
  return {
    ...body,
    id: response.id,
    object: "chat.completion",
    created: response.createdAtS,
    model: response.model,
    choices: response.choices.map((choice, position) => renderChoice(choice, sources[position] ?? {})),
    usage: {
      ...renderUsage(options.usage, body["usage"]),
      signalbox: renderNote(options.note, options.usage),
    },
  };
}

function renderChoice(choice: NeutralChoice, source: JsonObject): JsonObject {
  return {
    ...source,
    index: choice.index,
    message: renderMessage(choice, source["message"] as JsonObject),
    logprobs: source["logprobs"] ?? null,
    finish_reason: choice.finish,
  };
}

function renderMessage(choice: NeutralChoice, source: JsonObject): JsonObject {
  const { tool_calls: calls, ...rest } = source;
  const message = { ...rest, role: "assistant", content: choice.text, refusal: choice.refusal };
  if (choice.toolCalls.length === 0) return message;
  const sources = Array.isArray(calls) ? calls.filter(isObject) : [];
  return {
    ...message,
    tool_calls: choice.toolCalls.map((call, index) => {
      const own = sources[index] ?? {};
      if (own["type"] === "custom") return { ...own, id: call.id };
      const called = { ...(own["function"] as JsonObject), name: call.name, arguments: call.arguments };
      return { ...own, id: call.id, type: "function", function: called };
    }),
  };
}
