import {
  arrayOf,
  boolean,
  type Check,
  integer,
  isObject,
  number,
  object,
  oneOf,
  string,
} from "../check/check-value.ts";
import { numberOrNull } from "../check/field-value.ts";
import type { NeutralRequest, NeutralResponseFormat } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { parseThinking } from "./parse-thinking.ts";
import { readSchema } from "./read-schema.ts";

const CANDIDATES_MAX = 8;
const STOPS_MAX = 5;
const MODALITIES_MAX = 8;
const INT32 = 2 ** 31;

const anObject: Check = (value, param) => void object(value, param);
const anyString: Check = (value, param) => void string(value, param);

/** The fields of `generationConfig`, each with its check. Fields that do not stand here are accepted as they are. */
const CHECKS = new Map<string, Check>(
  Object.entries({
    temperature: number(0, 2),
    topP: number(0, 1),
    topK: number(0, INT32 - 1),
    candidateCount: integer(1, CANDIDATES_MAX),
    maxOutputTokens: integer(1, INT32 - 1),
    stopSequences: arrayOf(anyString, { min: 0, max: STOPS_MAX }),
    seed: integer(-INT32, INT32 - 1),
    presencePenalty: number(-2, 2),
    frequencyPenalty: number(-2, 2),
    responseLogprobs: boolean,
    logprobs: integer(0, 20),
    responseMimeType: oneOf(["text/plain", "application/json", "text/x.enum"]),
    responseSchema: anObject,
    responseJsonSchema: anObject,
    responseModalities: arrayOf(anyString, { min: 0, max: MODALITIES_MAX }),
    speechConfig: anObject,
    imageConfig: anObject,
    mediaResolution: anyString,
    thinkingConfig: anObject,
  }),
);

type Generation = Pick<
  NeutralRequest,
  | "choices"
  | "maxOutputTokens"
  | "temperature"
  | "seed"
  | "sampling"
  | "logprobs"
  | "topLogprobs"
  | "responseFormat"
  | "reasoning"
  | "reasoningEffort"
>;

/** `generationConfig`, checked and read. */
export function parseGenerationConfig(value: unknown): Generation {
  const config = value === undefined || value === null ? {} : object(value, "generationConfig");
  for (const field in config) {
    const inner = config[field];
    if (inner !== null && inner !== undefined) CHECKS.get(field)?.(inner, `generationConfig.${field}`);
  }
  return {
    choices: numberOrNull(config["candidateCount"]) ?? 1,
    maxOutputTokens: numberOrNull(config["maxOutputTokens"]),
    temperature: numberOrNull(config["temperature"]),
    seed: numberOrNull(config["seed"]),
    sampling: {
      topP: numberOrNull(config["topP"]),
      topK: numberOrNull(config["topK"]),
      minP: null,
      frequencyPenalty: numberOrNull(config["frequencyPenalty"]),
      presencePenalty: numberOrNull(config["presencePenalty"]),
      stop: (config["stopSequences"] ?? []) as readonly string[],
      logitBias: null,
    },
    logprobs: config["responseLogprobs"] === true,
    topLogprobs: numberOrNull(config["logprobs"]),
    responseFormat: formatOf(config),
    ...parseThinking(config["thinkingConfig"]),
  };
}

/** What the answer has to be: the format names no schema, so its title does. */
function formatOf(config: JsonObject): NeutralResponseFormat {
  const { responseSchema: own, responseJsonSchema: schema, responseMimeType: mime } = config;
  const read = isObject(schema) ? schema : isObject(own) ? readSchema(own) : null;
  if (read !== null) {
    return { kind: "json-schema", name: nameOf(read["title"]), schema: read, description: null, strict: null };
  }
  return mime === "application/json" ? { kind: "json-object" } : { kind: "text" };
}

const NAME_MAX_CHARS = 64;

function nameOf(title: unknown): string {
  const name = typeof title === "string" ? title.replaceAll(/[^\w-]+/g, "_").slice(0, NAME_MAX_CHARS) : "";
  return name === "" ? "response" : name;
}
