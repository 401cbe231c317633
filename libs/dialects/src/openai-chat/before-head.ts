import type { JsonObject } from "../neutral/source.ts";
import { usageOf } from "./usage.ts";

const HEAD_FIELDS = new Set(["id", "object", "created", "model", "choices"]);

/**
 * What a chunk says that comes before there is an id or a model, from which an answer's head cannot be read: Azure begins with what its filter
 * found in the prompt, wherever its models are called, and other hosts with nothing at all. It belongs on the next chunk. Null for any other.
 */
export function readBeforeHead(body: JsonObject): JsonObject | null {
  const { choices, id, model } = body;
  const isBlank = Array.isArray(choices) && choices.length === 0 && !id && !model;
  if (!isBlank || usageOf(body) !== null) return null;
  return Object.fromEntries(Object.entries(body).filter(([field]) => !HEAD_FIELDS.has(field)));
}
