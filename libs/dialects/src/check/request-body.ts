import { SignalboxError } from "@signalbox/proto";
import type { JsonObject } from "../neutral/source.ts";
import { type Check, isObject, string } from "./check-value.ts";
import { isSet } from "./field-value.ts";
import { invalid, missing } from "./invalid.ts";

const MODEL_MAX_CHARS = 256;

/** The body of a request that names its model in it. */
export function requestBody(value: unknown): JsonObject {
  if (!isObject(value)) throw new SignalboxError("invalid-request", "Invalid request body: expected a JSON object.");
  if (!isSet(value["model"])) throw missing("model");
  return value;
}

export const modelName: Check = (value, param) => {
  const name = string(value, param);
  if (name === "" || name.length > MODEL_MAX_CHARS) {
    throw invalid(param, `Invalid '${param}': expected a name of 1 to ${MODEL_MAX_CHARS} characters.`);
  }
};
