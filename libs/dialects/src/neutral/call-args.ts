import { isObject } from "../check/check-value.ts";
import { parseOpaque } from "../check/parse-json.ts";
import type { JsonObject } from "./source.ts";

/** Arguments as the object that the format wants. What is no JSON object, which models do write, stands in one under `input`. */
export function argsOf(text: string): { readonly args: JsonObject; readonly isWrapped: boolean } {
  if (text.trim() === "") return { args: {}, isWrapped: false };
  const args = parseOpaque(text);
  return isObject(args) ? { args, isWrapped: false } : { args: { input: text }, isWrapped: true };
}
