import type { Usage } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";

/** A count of tokens as a provider reports it; what is none counts nothing. */
export function tokenCount(value: unknown): number {
  return isCount(value) ? Math.trunc(value) : 0;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && value > 0 && value <= Number.MAX_SAFE_INTEGER;
}

const DEPTH_MAX = 3;
const LIST_MAX = 64;
const COUNTED = /token/i;

/** Whether any count of tokens in a report is below zero, broken or beyond any number of tokens; `tokenCount` leaves it out or cuts it. */
function isMalformed(report: JsonObject, depth = 0): boolean {
  for (const field in report) {
    const value = report[field];
    if (typeof value === "number") {
      if (COUNTED.test(field) && !(Number.isSafeInteger(value) && value >= 0)) return true;
    } else if (typeof value === "object" && value !== null && depth < DEPTH_MAX && holdsMalformed(value, depth + 1)) {
      return true;
    }
  }
  return false;
}

function holdsMalformed(value: object, depth: number): boolean {
  if (!Array.isArray(value)) return isMalformed(value as JsonObject, depth);
  return value.slice(0, LIST_MAX).some((item) => isObject(item) && isMalformed(item, depth));
}

/** What a usage says beside its tokens of the report that it was read from. */
export function malformedMark(report: JsonObject): Pick<Usage, "malformed"> | undefined {
  return isMalformed(report) ? MALFORMED : undefined;
}

const MALFORMED = { malformed: true } as const;
