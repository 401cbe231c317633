import type { JsonObject } from "../neutral/source.ts";
import { isObject } from "./check-value.ts";

/*
 * What a field holds that nobody has checked, where it is of the kind that is read; what else a sender puts there is as good as nothing.
 */

export function isSet(value: unknown): boolean {
  return value !== null && value !== undefined;
}

/** A text; empty for all else. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** A text that says something; null for an empty one and all else. */
export function saidText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

export function numberOrNull(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The objects in a list. */
export function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
