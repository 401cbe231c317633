import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";
import { promptsOf } from "./parse-request.ts";

/** The body of a request as one body for each of its prompts. Throws `invalid-request` for prompts that are no texts. */
export function splitPrompts(body: JsonObject): readonly JsonObject[] {
  const prompts = promptsOf(body["prompt"]);
  return prompts.length === 1 ? [body] : prompts.map((prompt) => ({ ...body, prompt }));
}

/**
 * The answers to the prompts of one request as one answer: choices follow each other in the order of the prompts, and usage is summed.
 * `answers` are whole bodies of this dialect, at least one.
 */
export function joinCompletions(answers: readonly JsonObject[]): JsonObject {
  const choices = answers
    .flatMap(({ choices: own }) => (Array.isArray(own) ? own.filter(isObject) : []))
    .map((choice, index) => ({ ...choice, index }));
  return { ...answers[0], choices, usage: sumOf(answers.map(({ usage }) => usage)) };
}

/** Sums numbers by their name, at every depth; of anything else the first holds. */
function sumOf(values: readonly unknown[]): unknown {
  if (values.every((value) => typeof value === "number")) return values.reduce((sum, value) => sum + value, 0);
  if (!values.every(isObject)) return values[0];
  return Object.fromEntries(
    Object.keys(values[0] ?? {}).map((field) => [field, sumOf(values.map((value) => value[field]))]),
  );
}
