import {
  arrayOf,
  boolean,
  type Check,
  integer,
  number,
  object,
  oneOf,
  string,
  stringUpTo,
} from "../check/check-value.ts";
import { isSet } from "../check/field-value.ts";
import { modelName } from "../check/request-body.ts";
import type { JsonObject } from "../neutral/source.ts";
import { metadata, REASONING_EFFORTS } from "../openai-chat/request-fields.ts";

const LABEL_MAX_CHARS = 512;
const INCLUDES_MAX = 64;

const SUMMARIES = ["auto", "concise", "detailed"];

const anObject: Check = (value, param) => void object(value, param);
const aString: Check = (value, param) => void string(value, param);
const counting = integer(1, Number.MAX_SAFE_INTEGER);

/** The scalar fields of a request, each with its check. Fields that do not stand here are accepted as they are. */
const CHECKS = new Map<string, Check>(
  Object.entries({
    model: modelName,
    instructions: aString,
    previous_response_id: aString,
    stream: boolean,
    stream_options: anObject,
    store: boolean,
    background: boolean,
    max_output_tokens: counting,
    max_tool_calls: counting,
    temperature: number(0, 2),
    top_p: number(0, 1),
    top_logprobs: integer(0, 20),
    parallel_tool_calls: boolean,
    include: arrayOf(aString, { min: 0, max: INCLUDES_MAX }),
    truncation: oneOf(["auto", "disabled"]),
    reasoning,
    text,
    user: stringUpTo(LABEL_MAX_CHARS),
    safety_identifier: aString,
    prompt_cache_key: aString,
    service_tier: aString,
    metadata,
    prompt: anObject,
  }),
);

/** Checks every scalar field that the format defines. */
export function checkFields(body: JsonObject): void {
  for (const field in body) {
    const value = body[field];
    if (isSet(value)) CHECKS.get(field)?.(value, field);
  }
}

function reasoning(value: unknown, param: string): void {
  const requested = object(value, param);
  if (isSet(requested["effort"])) oneOf(REASONING_EFFORTS)(requested["effort"], `${param}.effort`);
  for (const field of ["summary", "generate_summary"]) {
    if (isSet(requested[field])) oneOf(SUMMARIES)(requested[field], `${param}.${field}`);
  }
}

function text(value: unknown, param: string): void {
  const config = object(value, param);
  if (isSet(config["verbosity"])) oneOf(["low", "medium", "high"])(config["verbosity"], `${param}.verbosity`);
  if (isSet(config["format"])) object(config["format"], `${param}.format`);
}
