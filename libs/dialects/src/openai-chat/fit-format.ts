import { isObject } from "../check/check-value.ts";
import type { LossList } from "../neutral/loss.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { RequestQuirks } from "../request-quirks.ts";

/** A `response_format` that the host takes: where it cannot be held to a schema, the schema is asked for in words. */
export function fitFormat(
  body: Record<string, unknown>,
  kinds: NonNullable<RequestQuirks["formats"]>,
  losses: LossList,
): void {
  const format = body["response_format"];
  if (!isObject(format)) return;
  const kind = format["type"];
  if ((kind !== "json_object" && kind !== "json_schema") || kinds.includes(kind)) return;
  losses.add("responseFormat", kind.replace("_", "-"), "approximated");
  if (kind === "json_object" && kinds.includes("json_schema")) {
    body["response_format"] = { type: "json_schema", json_schema: { name: "answer", schema: { type: "object" } } };
    return;
  }
  if (kind === "json_schema" && kinds.includes("json_object")) body["response_format"] = { type: "json_object" };
  else delete body["response_format"];
  const messages = Array.isArray(body["messages"]) ? (body["messages"] as readonly unknown[]) : [];
  body["messages"] = [{ role: "system", content: wordsFor(format["json_schema"]) }, ...messages];
}

function wordsFor(named: unknown): string {
  const schema: JsonObject | null = isObject(named) && isObject(named["schema"]) ? named["schema"] : null;
  if (schema === null) return "Answer with one JSON object and nothing else.";
  return `Answer with one JSON object and nothing else. It must fit this JSON Schema: ${JSON.stringify(schema)}`;
}
