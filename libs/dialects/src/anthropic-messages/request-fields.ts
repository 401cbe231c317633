import {
  arrayOf,
  boolean,
  type Check,
  integer,
  number,
  object,
  oneOf,
  optionalString,
  string,
  stringUpTo,
} from "../check/check-value.ts";
import { isSet } from "../check/field-value.ts";
import { modelName } from "../check/request-body.ts";
import type { JsonObject } from "../neutral/source.ts";

const USER_MAX_CHARS = 512;
/** Anthropic sets no bound; no request in earnest has more. */
const STOPS_MAX = 8192;

export const EFFORTS = ["low", "medium", "high", "xhigh", "max"] as const;

const anyString: Check = (value, param) => void string(value, param);
const anObject: Check = (value, param) => void object(value, param);

/** The scalar fields of a request, each with its check. Fields that do not stand here are accepted as they are. */
const FIELDS: Readonly<Record<string, Check>> = {
  model: modelName,
  stream: boolean,
  // Zero fills the prompt cache and generates nothing.
  max_tokens: integer(0, Number.MAX_SAFE_INTEGER),
  temperature: number(0, 1),
  top_p: number(0, 1),
  top_k: integer(0, Number.MAX_SAFE_INTEGER),
  stop_sequences: arrayOf(anyString, { min: 0, max: STOPS_MAX }),
  metadata,
  service_tier: anyString,
  speed: anyString,
  thinking,
  output_config: outputConfig,
  output_format: format,
  cache_control: anObject,
};
const CHECKS = new Map(Object.entries(FIELDS));

/** Checks every scalar field that the format defines. */
export function checkFields(body: JsonObject): void {
  for (const field in body) {
    const value = body[field];
    if (value !== null && value !== undefined) CHECKS.get(field)?.(value, field);
  }
}

function metadata(value: unknown, param: string): void {
  const { user_id: user } = object(value, param);
  if (isSet(user)) stringUpTo(USER_MAX_CHARS)(user, `${param}.user_id`);
}

function thinking(value: unknown, param: string): void {
  const { type, budget_tokens: budget, display } = object(value, param);
  string(type, `${param}.type`);
  if (type === "enabled") {
    integer(1, Number.MAX_SAFE_INTEGER)(budget ?? undefined, `${param}.budget_tokens`);
  }
  optionalString(display, `${param}.display`);
}

function outputConfig(value: unknown, param: string): void {
  const { effort, format: asked } = object(value, param);
  if (isSet(effort)) oneOf(EFFORTS)(effort, `${param}.effort`);
  if (isSet(asked)) format(asked, `${param}.format`);
}

function format(value: unknown, param: string): void {
  const { type, schema } = object(value, param);
  oneOf(["json_schema"])(type, `${param}.type`);
  object(schema, `${param}.schema`);
}
