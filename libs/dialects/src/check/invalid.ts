import { SignalboxError } from "@signalbox/proto";

/** A request that breaks the format. Messages name types and limits, never a value: a value can be somebody's prompt. */
export function invalid(param: string, message: string): SignalboxError {
  return new SignalboxError("invalid-request", message, { details: { param } });
}

export function missing(param: string): SignalboxError {
  return invalid(param, `Missing required parameter: '${param}'.`);
}

/** `expected` in words, e.g. `a string`; `got` is the value, of which the message says the type alone. */
export function wrongType(param: string, expected: string, got: unknown): SignalboxError {
  return invalid(param, `Invalid type for '${param}': expected ${expected}, but got ${typeInWords(got)} instead.`);
}

export function notOneOf(param: string, allowed: readonly string[]): SignalboxError {
  const list = allowed.map((value) => `'${value}'`).join(", ");
  return invalid(param, `Invalid value for '${param}': supported values are ${list}.`);
}

function typeInWords(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  return `a ${typeof value}`;
}
