import { SignalboxError } from "@signalbox/proto";
import {
  array,
  boolean,
  type Check,
  integer,
  isObject,
  number,
  object,
  string,
  stringUpTo,
} from "../check/check-value.ts";
import { isSet } from "../check/field-value.ts";
import { invalid, missing } from "../check/invalid.ts";
import { modelName } from "../check/request-body.ts";
import { type NeutralRequest, type NeutralSampling, NO_SERVICE } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";

const STOPS_MAX = 4;
const LABEL_MAX_CHARS = 512;
const LOGPROBS_MAX = 20;

/** The scalar fields of a request, each with its check. Fields that do not stand here are accepted as they are. */
const CHECKS = new Map<string, Check>(
  Object.entries({
    model: modelName,
    stream: boolean,
    stream_options: (value, param) => void object(value, param),
    echo: boolean,
    suffix: (value, param) => void string(value, param),
    n: integer(1, 128),
    best_of: integer(1, 128),
    max_tokens: integer(1, Number.MAX_SAFE_INTEGER),
    temperature: number(0, 2),
    top_p: number(0, 1),
    presence_penalty: number(-2, 2),
    frequency_penalty: number(-2, 2),
    logprobs: integer(0, LOGPROBS_MAX),
    logit_bias: (value, param) => void object(value, param),
    seed: integer(-(2 ** 63), 2 ** 63),
    stop: (value, param) => void stopsOf(value, param),
    user: stringUpTo(LABEL_MAX_CHARS),
  } satisfies Record<string, Check>),
);

/**
 * Reads the body of the legacy `POST /v1/completions`: its prompt becomes a message of the user's, because every provider's wire is one
 * of chats. Throws `invalid-request` with `details.param` set to the field at fault. Several prompts are several decisions, so they are
 * split before they come here (`splitPrompts`).
 */
export function parseRequest(value: unknown): NeutralRequest {
  if (!isObject(value)) throw new SignalboxError("invalid-request", "Invalid request body: expected a JSON object.");
  if (!isSet(value["model"])) throw missing("model");
  for (const field in value) {
    if (isSet(value[field])) CHECKS.get(field)?.(value[field], field);
  }
  checkBestOf(value);
  const options = value["stream_options"] as JsonObject | null | undefined;
  const logprobs = (value["logprobs"] ?? null) as number | null;
  return {
    source: { dialect: "openai-completions", body: value },
    model: value["model"] as string,
    messages: [{ role: "user", parts: [{ kind: "text", text: promptOf(value["prompt"]) }] }],
    tools: [],
    toolChoice: null,
    parallelTools: null,
    responseFormat: { kind: "text" },
    stream: value["stream"] === true,
    includeUsage: options?.["include_usage"] === true,
    choices: (value["n"] ?? 1) as number,
    maxOutputTokens: (value["max_tokens"] ?? null) as number | null,
    temperature: (value["temperature"] ?? null) as number | null,
    seed: (value["seed"] ?? null) as number | null,
    sampling: samplingOf(value),
    logprobs: logprobs !== null,
    topLogprobs: logprobs,
    reasoningEffort: null,
    reasoning: null,
    verbosity: null,
    service: NO_SERVICE,
    user: (value["user"] ?? null) as string | null,
    metadata: null,
  };
}

/** `best_of` draws more choices than are given out; no provider's chat does so, and it is a loss on the record where it asks for more. */
function checkBestOf({ best_of: bestOf, n, stream }: JsonObject): void {
  if (!isSet(bestOf)) return;
  const choices = (n ?? 1) as number;
  if ((bestOf as number) < choices) throw invalid("best_of", "Invalid 'best_of': expected at least as many as 'n'.");
  if ((bestOf as number) > choices && stream === true) {
    throw invalid("best_of", "Invalid 'best_of': of a stream, no more choices can be drawn than 'n'.");
  }
}

function samplingOf(body: JsonObject): NeutralSampling {
  return {
    topP: (body["top_p"] ?? null) as number | null,
    topK: typeof body["top_k"] === "number" ? body["top_k"] : null,
    minP: typeof body["min_p"] === "number" ? body["min_p"] : null,
    frequencyPenalty: (body["frequency_penalty"] ?? null) as number | null,
    presencePenalty: (body["presence_penalty"] ?? null) as number | null,
    stop: isSet(body["stop"]) ? stopsOf(body["stop"], "stop") : [],
    logitBias: (body["logit_bias"] ?? null) as JsonObject | null,
  };
}

function stopsOf(value: unknown, param: string): readonly string[] {
  if (typeof value === "string") return [value];
  const stops = array(value, param).map((stop, index) => string(stop, `${param}[${index}]`));
  if (stops.length > STOPS_MAX) throw invalid(param, `Invalid '${param}': expected at most ${STOPS_MAX} items.`);
  return stops;
}

function promptOf(value: unknown): string {
  const prompts = promptsOf(value);
  if (prompts.length === 1) return prompts[0]!;
  throw invalid("prompt", "Invalid 'prompt': expected one prompt.");
}

const PROMPTS_MAX = 128;

/** The texts of a `prompt`: one, or a list. Prompts in tokens mean something to one model's vocabulary alone and are refused. */
export function promptsOf(value: unknown): readonly string[] {
  if (!isSet(value)) throw missing("prompt");
  if (typeof value === "string") return [value];
  const list = array(value, "prompt");
  if (list.length === 0) throw invalid("prompt", "Invalid 'prompt': empty array.");
  if (list.length > PROMPTS_MAX) throw invalid("prompt", `Invalid 'prompt': expected at most ${PROMPTS_MAX} prompts.`);
  return list.map((prompt, index) => {
    if (typeof prompt === "number" || Array.isArray(prompt)) {
      throw invalid("prompt", "Invalid 'prompt': token arrays are not supported. Send the prompt as text.");
    }
    return string(prompt, `prompt[${index}]`);
  });
}
