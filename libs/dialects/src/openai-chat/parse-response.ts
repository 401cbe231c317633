import { SignalboxError } from "@signalbox/proto";
import type { ParseResponseOptions } from "../egress-codec.ts";
import { generatedChars, type NeutralAnnotation, type NeutralPart, type ToolCallPart } from "../neutral/part.ts";
import type { FinishReason, NeutralChoice, NeutralResponse } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import { isObject } from "../check/check-value.ts";
import { saidText, textOf } from "../check/field-value.ts";
import { readContent } from "./content.ts";
import { failedChoice, parseInBandError } from "./error.ts";
import { type FinishReading, readFinish } from "./finish-reason.ts";
import { callsOf } from "./legacy-calls.ts";
import { readExecutedTools } from "./executed-tools.ts";
import { readAudio, readImages } from "./answer-media.ts";
import { readAnnotations } from "./annotations.ts";
import { readCallState } from "./reasoning-details.ts";
import { argumentsText, mintedCallId } from "../neutral/tool-call-text.ts";
import { readSearchResults } from "./search-results.ts";
import { thinkTagsOf, withoutTags } from "./tagged-thoughts.ts";
import { readThoughts } from "./thoughts.ts";
import { usageOfBody } from "./usage.ts";

/** Reads a whole answer. Throws an `upstream-*` error when it is none: an error inside a 200, no choices, a provider's failure as finish reason. */
export function parseResponse(answer: unknown, options: ParseResponseOptions): NeutralResponse {
  if (!isObject(answer)) throw malformed(options);
  const body = withoutTags(answer, thinkTagsOf(options));
  const error = parseInBandError(body, options);
  if (error !== null) throw error;
  const raw = body["choices"];
  if (!Array.isArray(raw) || raw.length === 0) throw malformed(options);
  const sources = readSearchResults(body);
  const choices = raw.map((choice: unknown, index) => parseChoice(choice, index, { ...options, sources }));
  return {
    source: { dialect: "openai-chat", body },
    id: saidText(body["id"]) ?? options.defaults.id,
    createdAtS: typeof body["created"] === "number" ? Math.trunc(body["created"]) : options.defaults.createdAtS,
    model: saidText(body["model"]) ?? options.defaults.model,
    choices,
    usage: usageOfBody(body),
    outputChars: choices.reduce((sum, choice) => sum + generatedChars(choice.parts), 0),
  };
}

type Reading = ParseResponseOptions & {
  /** What the host says of all the answer that it rests on. */
  readonly sources: readonly NeutralAnnotation[];
};

function parseChoice(value: unknown, position: number, options: Reading): NeutralChoice {
  if (!isObject(value)) throw malformed(options);
  const finish = readFinish(value["finish_reason"]);
  if (finish.kind === "failure") throw failedChoice(value, finish.reason, options);
  const message = messageOf(value, finish);
  if (message === null) throw malformed(options);
  const index = typeof value["index"] === "number" ? value["index"] : position;
  const toolCalls = parseCalls(callsOf(message), `${options.defaults.id}-${index}`);
  const logprobs = value["logprobs"];
  return {
    index,
    parts: partsOf(message, toolCalls, options.sources),
    finish: finishOf(finish, toolCalls.length > 0),
    ...(isObject(logprobs) ? { logprobs } : undefined),
  };
}

/** Google's endpoint of this form leaves the message out where its filter let nothing of it through. */
function messageOf({ message }: JsonObject, finish: FinishReading): JsonObject | null {
  if (isObject(message)) return message;
  return finish.kind === "finish" && finish.reason === "content_filter" ? { role: "assistant", content: null } : null;
}

/** An end that the provider does not name is told by its calls; calls in the legacy form are read as those of today's. */
function finishOf(finish: FinishReading, hasCalls: boolean): FinishReason {
  const reason = finish.kind === "finish" ? finish.reason : "stop";
  return hasCalls && (finish.kind === "none" || reason === "function_call") ? "tool_calls" : reason;
}

function partsOf(
  message: JsonObject,
  toolCalls: readonly ToolCallPart[],
  sources: readonly NeutralAnnotation[],
): readonly NeutralPart[] {
  const { text, reasoning } = readContent(message);
  const parts: NeutralPart[] = [...readThoughts(message, reasoning), ...readExecutedTools(message["executed_tools"])];
  if (text !== null) {
    const own = readAnnotations(message["annotations"]);
    const annotations = own.length === 0 ? sources : own;
    parts.push({ kind: "text", text, ...(annotations.length === 0 ? undefined : { annotations }) });
  }
  const audio = readAudio(message["audio"]);
  if (audio !== null) parts.push(audio);
  parts.push(...readImages(message["images"]), ...readImages(message["content"]));
  if (typeof message["refusal"] === "string") parts.push({ kind: "refusal", text: message["refusal"] });
  parts.push(...toolCalls);
  return parts;
}

function parseCalls(value: unknown, seed: string): ToolCallPart[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).map((call, index) => {
    const isCustom = !isObject(call["function"]) && isObject(call["custom"]);
    const called = isObject(call["function"]) ? call["function"] : isObject(call["custom"]) ? call["custom"] : {};
    const state = readCallState(call);
    return {
      kind: "tool-call",
      id: saidText(call["id"]) ?? mintedCallId(seed, index),
      name: textOf(called["name"]),
      arguments: argumentsText(called["arguments"] ?? called["input"]),
      ...(isCustom ? { custom: true } : undefined),
      ...(state === null ? undefined : { state }),
    };
  });
}

function malformed(options: ParseResponseOptions): SignalboxError {
  return new SignalboxError("upstream-error", "The provider sent an answer that is no chat completion.", {
    details: { provider: options.provider },
  });
}
