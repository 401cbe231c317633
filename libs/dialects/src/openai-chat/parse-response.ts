import { SignalboxError } from "@signalbox/proto";
import type { NeutralToolCall } from "../neutral/request.ts";
import type { AnswerDefaults, NeutralChoice, NeutralResponse } from "../neutral/response.ts";
import { isObject } from "./check-value.ts";
import { readContent } from "./content.ts";
import { parseInBandError } from "./error.ts";
import { readFinish } from "./finish-reason.ts";
import { failedBy } from "./stream-failure.ts";
import { argumentsText, mintedCallId } from "./tool-call-text.ts";
import { readUsage } from "./usage.ts";

export type ParseResponseOptions = {
  readonly provider: string;
  readonly secrets: readonly string[];
  readonly defaults: AnswerDefaults;
};

/** Reads a whole answer. Throws an `upstream-*` error when it is none: an error inside a 200, no choices, a provider's failure as finish reason. */
export function parseResponse(body: unknown, options: ParseResponseOptions): NeutralResponse {
  if (!isObject(body)) throw malformed(options);
  const error = parseInBandError(body, options);
  if (error !== null) throw error;
  const raw = body["choices"];
  if (!Array.isArray(raw) || raw.length === 0) throw malformed(options);
  const choices = raw.map((choice: unknown, index) => parseChoice(choice, index, options));
  return {
    source: { dialect: "openai-chat", body },
    id: textOr(body["id"], options.defaults.id),
    createdAtS: typeof body["created"] === "number" ? Math.trunc(body["created"]) : options.defaults.createdAtS,
    model: textOr(body["model"], options.defaults.model),
    choices,
    usage: readUsage(body["usage"]),
    outputChars: choices.reduce((sum, choice) => sum + charsOf(choice), 0),
  };
}

function parseChoice(value: unknown, position: number, options: ParseResponseOptions): NeutralChoice {
  if (!isObject(value) || !isObject(value["message"])) throw malformed(options);
  const finish = readFinish(value["finish_reason"]);
  if (finish.kind === "failure") throw failedBy(finish.reason, options.provider);
  const message = value["message"];
  const index = typeof value["index"] === "number" ? value["index"] : position;
  const { text, reasoning } = readContent(message);
  const toolCalls = parseCalls(message["tool_calls"], `${options.defaults.id}-${index}`);
  return {
    index,
    text,
    refusal: typeof message["refusal"] === "string" ? message["refusal"] : null,
    reasoning,
    toolCalls,
    finish: finish.kind === "finish" ? finish.reason : toolCalls.length > 0 ? "tool_calls" : "stop",
  };
}

function parseCalls(value: unknown, seed: string): NeutralToolCall[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).map((call, index) => {
    const called = isObject(call["function"]) ? call["function"] : isObject(call["custom"]) ? call["custom"] : {};
    return {
      id: textOr(call["id"], mintedCallId(seed, index)),
      name: textOr(called["name"], ""),
      arguments: argumentsText(called["arguments"] ?? called["input"]),
    };
  });
}

function malformed(options: ParseResponseOptions): SignalboxError {
  return new SignalboxError("upstream-error", "The provider sent an answer that is no chat completion.", {
    details: { provider: options.provider },
  });
}

function charsOf(choice: NeutralChoice): number {
  const calls = choice.toolCalls.reduce((sum, call) => sum + call.name.length + call.arguments.length, 0);
  return (choice.text?.length ?? 0) + (choice.refusal?.length ?? 0) + (choice.reasoning?.length ?? 0) + calls;
}

function textOr(value: unknown, fallback: string): string {
  return typeof value === "string" && value !== "" ? value : fallback;
}
