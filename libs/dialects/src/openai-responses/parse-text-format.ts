import { boolean, object, optionalString, string } from "../check/check-value.ts";
import { isSet } from "../check/field-value.ts";
import { notOneOf } from "../check/invalid.ts";
import type { NeutralResponseFormat } from "../neutral/request.ts";
import { toolName } from "../openai-chat/parse-tools.ts";

/** `text.format`: what the answer has to be. Flat, where Chat Completions nests the schema. */
export function parseTextFormat(value: unknown): NeutralResponseFormat {
  if (!isSet(value)) return { kind: "text" };
  const param = "text.format";
  const format = object(value, param);
  switch (string(format["type"], `${param}.type`)) {
    case "text":
      return { kind: "text" };
    case "json_object":
      return { kind: "json-object" };
    case "json_schema":
      if (isSet(format["strict"])) boolean(format["strict"], `${param}.strict`);
      return {
        kind: "json-schema",
        name: toolName(format["name"], `${param}.name`),
        schema: object(format["schema"], `${param}.schema`),
        description: optionalString(format["description"], `${param}.description`),
        strict: (format["strict"] ?? null) as boolean | null,
      };
    default:
      throw notOneOf(`${param}.type`, ["text", "json_object", "json_schema"]);
  }
}
