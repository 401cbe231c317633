import { boolean, object, optionalString, string } from "../check/check-value.ts";
import { isSet } from "../check/field-value.ts";
import { notOneOf } from "../check/invalid.ts";
import type { NeutralResponseFormat } from "../neutral/request.ts";
import { toolName } from "./parse-tools.ts";

/** What a schema is called that its caller gave no name: Perplexity asks for none (https://docs.perplexity.ai/guides/structured-outputs). */
export const UNNAMED_SCHEMA = "answer";

/** What the answer has to be. */
export function parseResponseFormat(value: unknown): NeutralResponseFormat {
  if (!isSet(value)) return { kind: "text" };
  const format = object(value, "response_format");
  switch (string(format["type"], "response_format.type")) {
    case "text":
      return { kind: "text" };
    case "json_object":
      return { kind: "json-object" };
    case "json_schema":
      return parseJsonSchema(format["json_schema"]);
    default:
      throw notOneOf("response_format.type", ["text", "json_object", "json_schema"]);
  }
}

function parseJsonSchema(value: unknown): NeutralResponseFormat {
  const param = "response_format.json_schema";
  const format = object(value, param);
  const schema = format["schema"];
  if (isSet(format["strict"])) boolean(format["strict"], `${param}.strict`);
  if (format["strict"] === true) object(schema, `${param}.schema`);
  return {
    kind: "json-schema",
    name: isSet(format["name"]) ? toolName(format["name"], `${param}.name`) : UNNAMED_SCHEMA,
    schema: isSet(schema) ? object(schema, `${param}.schema`) : null,
    description: optionalString(format["description"], `${param}.description`),
    strict: (format["strict"] ?? null) as boolean | null,
  };
}
