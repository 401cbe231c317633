import type { JsonObject } from "../neutral/source.ts";
import {
  array,
  arrayOf,
  boolean,
  type Check,
  integer,
  isObject,
  number,
  object,
  oneOf,
  string,
  stringUpTo,
} from "../check/check-value.ts";
import { isSet } from "../check/field-value.ts";
import { invalid, wrongType } from "../check/invalid.ts";
import { modelName } from "../check/request-body.ts";

export const REASONING_EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;

const STOPS_MAX = 4;
const METADATA_MAX = 16;
const METADATA_KEY_MAX_CHARS = 64;
const LABEL_MAX_CHARS = 512;

const anObject: Check = (value, param) => void object(value, param);
const anyString: Check = (value, param) => void string(value, param);
const tokens = integer(1, Number.MAX_SAFE_INTEGER);

/** The scalar fields of a request, each with its check. Fields that do not stand here are accepted as they are. */
const FIELDS: Readonly<Record<string, Check>> = {
  model: modelName,
  stream: boolean,
  n: integer(1, 128),
  max_tokens: tokens,
  max_completion_tokens: tokens,
  temperature: number(0, 2),
  top_p: number(0, 1),
  presence_penalty: number(-2, 2),
  frequency_penalty: number(-2, 2),
  seed: integer(-(2 ** 63), 2 ** 63),
  stop,
  logprobs: boolean,
  top_logprobs: integer(0, 20),
  logit_bias: logitBias,
  reasoning_effort: oneOf(REASONING_EFFORTS),
  verbosity: oneOf(["low", "medium", "high"]),
  parallel_tool_calls: boolean,
  stream_options: streamOptions,
  user: stringUpTo(LABEL_MAX_CHARS),
  safety_identifier: anyString,
  prompt_cache_key: anyString,
  service_tier: anyString,
  metadata,
  store: boolean,
  modalities: arrayOf(anyString, { min: 1, max: 8 }),
  audio: anObject,
  prediction,
  web_search_options: anObject,
};
const CHECKS = new Map(Object.entries(FIELDS));

/** Checks every scalar field that the format defines, and the rules that hold between them. */
export function checkFields(body: JsonObject): void {
  for (const field in body) {
    const value = body[field];
    if (value !== null && value !== undefined) CHECKS.get(field)?.(value, field);
  }
  if (isSet(body["stream_options"]) && body["stream"] !== true) {
    throw invalid("stream_options", "The 'stream_options' parameter is only allowed when 'stream' is enabled.");
  }
  if (isSet(body["top_logprobs"]) && body["logprobs"] !== true) {
    throw invalid("top_logprobs", "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.");
  }
}

function stop(value: unknown, param: string): void {
  if (typeof value === "string") return;
  if (!Array.isArray(value)) throw wrongType(param, "a string or an array of strings", value);
  arrayOf(anyString, { min: 0, max: STOPS_MAX })(value, param);
}

function logitBias(value: unknown, param: string): void {
  const bias = number(-100, 100);
  for (const [token, points] of Object.entries(object(value, param))) bias(points, `${param}.${token}`);
}

function streamOptions(value: unknown, param: string): void {
  const options = object(value, param);
  for (const name of ["include_usage", "include_obfuscation"]) {
    if (isSet(options[name])) boolean(options[name], `${param}.${name}`);
  }
}

export function metadata(value: unknown, param: string): void {
  const pairs = Object.entries(object(value, param));
  if (pairs.length > METADATA_MAX) throw invalid(param, `Invalid '${param}': expected at most ${METADATA_MAX} pairs.`);
  for (const [key, text] of pairs) {
    if (key.length > METADATA_KEY_MAX_CHARS) {
      throw invalid(param, `Invalid '${param}': expected keys of at most ${METADATA_KEY_MAX_CHARS} characters.`);
    }
    stringUpTo(LABEL_MAX_CHARS)(text, `${param}.${key}`);
  }
}

function prediction(value: unknown, param: string): void {
  const { type, content } = object(value, param);
  oneOf(["content"])(type, `${param}.type`);
  if (typeof content === "string") return;
  for (const [index, part] of array(content, `${param}.content`).entries()) {
    if (!isObject(part)) throw wrongType(`${param}.content[${index}]`, "an object", part);
    string(part["text"], `${param}.content[${index}].text`);
  }
}
