import { isObject } from "../check/check-value.ts";
import { UNNAMED_SCHEMA } from "./parse-response-format.ts";
import { ANY, offersNone } from "./parse-tools.ts";

/** Says in a caller's own body in OpenAI's words what it says in those of hosts that took its format over. */
export function inOpenaiWords(body: Record<string, unknown>): void {
  if (offersNone(body)) for (const field of ["tools", "tool_choice", "parallel_tool_calls"]) delete body[field];
  else if (body["tool_choice"] === ANY) body["tool_choice"] = "required";
  const format = body["response_format"];
  const schema = isObject(format) ? format["json_schema"] : null;
  if (!isObject(format) || !isObject(schema) || (schema["name"] ?? null) !== null) return;
  body["response_format"] = { ...format, json_schema: { ...schema, name: UNNAMED_SCHEMA } };
}
