import { argsOf } from "../neutral/call-args.ts";
import type { ToolCallPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { parseJson } from "../check/parse-json.ts";

/** Where free text stands in the input of a call, which this format only knows as an object. */
export const FREE_TEXT_FIELD = "input";

/** The input of a call. `isExact`: reading it back gives the arguments that were, but for white space. */
export function inputOf({ arguments: text, custom }: ToolCallPart): { input: JsonObject; isExact: boolean } {
  if (custom === true) return { input: { [FREE_TEXT_FIELD]: text }, isExact: false };
  const { args, isWrapped } = argsOf(text);
  return { input: args, isExact: !isWrapped };
}

/** The arguments of a call, as text. */
export function argumentsOf(input: unknown): string {
  return input === undefined || input === null ? "{}" : JSON.stringify(input);
}

/** Whether these arguments are whole: nothing that follows could belong to them. */
export function isWholeInput(text: string): boolean {
  return parseJson(text) !== undefined;
}
