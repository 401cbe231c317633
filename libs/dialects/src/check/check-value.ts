import type { JsonObject } from "../neutral/source.ts";
import { isRawNumber } from "./exact-json.ts";
import { invalid, missing, notOneOf, wrongType } from "./invalid.ts";

/** Throws `invalid-request` naming `param` when `value` is not what the field may hold. `null` counts as absent and never gets here. */
export type Check = (value: unknown, param: string) => void;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isRawNumber(value);
}

export function object(value: unknown, param: string): JsonObject {
  if (value === undefined) throw missing(param);
  if (!isObject(value)) throw wrongType(param, "an object", value);
  return value;
}

export function array(value: unknown, param: string): readonly unknown[] {
  if (value === undefined) throw missing(param);
  if (!Array.isArray(value)) throw wrongType(param, "an array", value);
  return value;
}

export function string(value: unknown, param: string): string {
  if (value === undefined) throw missing(param);
  if (typeof value !== "string") throw wrongType(param, "a string", value);
  return value;
}

/** A string, or null where the field is absent or null. */
export function optionalString(value: unknown, param: string): string | null {
  return value === undefined || value === null ? null : string(value, param);
}

export function boolean(value: unknown, param: string): void {
  if (typeof value !== "boolean") throw wrongType(param, "a boolean", value);
}

export function oneOf(allowed: readonly string[]): Check {
  return (value, param) => {
    if (!allowed.includes(string(value, param))) throw notOneOf(param, allowed);
  };
}

export function number(min: number, max: number): Check {
  return (value, param) => {
    if (typeof value !== "number") throw wrongType(param, "a number", value);
    if (!(value >= min && value <= max)) throw outOfRange(param, min, max);
  };
}

export function integer(min: number, max: number): Check {
  const inRange = number(min, max);
  return (value, param) => {
    if (typeof value === "number" && !Number.isInteger(value)) throw wrongType(param, "an integer", value);
    inRange(value, param);
  };
}

export function stringUpTo(maxChars: number): Check {
  return (value, param) => {
    if (string(value, param).length > maxChars) {
      throw invalid(param, `Invalid '${param}': string too long. Expected at most ${maxChars} characters.`);
    }
  };
}

export function arrayOf(check: Check, limits: { min: number; max: number }): Check {
  return (value, param) => {
    const items = array(value, param);
    if (items.length < limits.min) throw invalid(param, `Invalid '${param}': expected at least ${limits.min} item.`);
    if (items.length > limits.max) throw invalid(param, `Invalid '${param}': expected at most ${limits.max} items.`);
    for (let index = 0; index < items.length; index++) check(items[index], `${param}[${index}]`);
  };
}

function outOfRange(param: string, min: number, max: number): Error {
  return invalid(param, `Invalid value for '${param}': expected a value from ${min} to ${max}.`);
}
