import { isObject } from "../check/check-value.ts";
import { saidText } from "../check/field-value.ts";
import type { JsonObject } from "../neutral/source.ts";

/** Where hosts, and the proxies and gateways before them, say in words what went wrong, best first. */
const FIELDS = [
  "message",
  "detail",
  "error_description",
  "msg",
  "Message",
  "errorMessage",
  "faultstring",
  "title",
  "description",
];
/** What an error stands in. */
const HOLDERS = ["error", "errors", "fault", "detail", "message", "status"];
const DEPTH_MAX = 3;

/**
 * The words of an error body in any shape that is not a format's own: its first error where there are several. Null: it says nothing.
 * A text that is no JSON, such as a proxy's page, is not shown: nobody knows what stands in it.
 */
export function saidMessage(body: unknown): string | null {
  return findIn(body, 0);
}

function findIn(value: unknown, depth: number): string | null {
  const item: unknown = Array.isArray(value) ? value[0] : value;
  if (!isObject(item) || depth > DEPTH_MAX) return null;
  return own(item) ?? held(item, depth) ?? saidText(item["error"]);
}

function own(item: JsonObject): string | null {
  for (const field of FIELDS) {
    const text = saidText(item[field]);
    if (text !== null) return text;
  }
  return null;
}

function held(item: JsonObject, depth: number): string | null {
  for (const field of HOLDERS) {
    const text = findIn(item[field], depth + 1);
    if (text !== null) return text;
  }
  return null;
}
