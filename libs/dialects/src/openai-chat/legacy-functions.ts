import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { Body } from "./apply-quirks.ts";

/**
 * The `functions` that stood where `tools` stand today. Providers have dropped them one after the other, so no provider is sent them: they
 * travel as tools, and who asked with them is answered in their form.
 */
export function hasFunctions({ functions }: JsonObject): boolean {
  return functions !== null && functions !== undefined && !(Array.isArray(functions) && functions.length === 0);
}

/** The fields of a caller's own body in today's form. */
export function withoutFunctions(body: Body): void {
  const { functions, function_call: choice } = body;
  if (functions === undefined && choice === undefined) return;
  delete body["functions"];
  delete body["function_call"];
  if (!hasFunctions({ functions }) || !Array.isArray(functions)) return;
  body["tools"] = functions.map((each: unknown) => ({ type: "function", function: each }));
  if (typeof choice === "string") body["tool_choice"] = choice;
  else if (isObject(choice)) body["tool_choice"] = { type: "function", function: { name: choice["name"] } };
}
