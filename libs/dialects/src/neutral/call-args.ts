import { isObject } from "../check/check-value.ts";
import { readOpaque } from "../check/exact-json.ts";
import type { JsonObject } from "./source.ts";

/** Arguments as the object that the format wants. What is no JSON object, which models do write, stands in one under `input`. */
export function argsOf(text: string): { readonly args: JsonObject; readonly isWrapped: boolean } {
  if (text.trim() === "") return { args: {}, isWrapped: false };
  try {
    const args: unknown = readOpaque(text);
    if (isObject(args)) return { args, isWrapped: false };
  } catch {
    // Stands as it is.
  }
  return { args: { input: text }, isWrapped: true };
}
