import type { Finding } from "../finding.ts";
import { scan, type Guard } from "../guard.ts";
import { jsonStrings, type JsonString } from "./json-strings.ts";

/** A finding in one of the strings of a JSON text. */
export type JsonFinding = Finding & {
  /** The number of the string, from 0, counting names of members too; `start` and `end` are places in its value. */
  readonly field: number;
};

/** Separates strings that are scanned as one text; no built-in detector matches across it. */
const BETWEEN = "\n\0\n";

/**
 * Scans every string of a JSON text: messages, tools, names, metadata. They are scanned as one text, because a scan of a
 * short text costs nearly as much as one of a longer text.
 */
export function scanJson(json: string, guard: Guard): JsonFinding[] {
  return scanStrings(jsonStrings(json), 0, guard);
}

/** The findings in strings; the first of them has the number `firstField`. */
export function scanStrings(strings: readonly JsonString[], firstField: number, guard: Guard): JsonFinding[] {
  const starts: number[] = [];
  let length = 0;
  for (const { value } of strings) {
    starts.push(length);
    length += value.length + BETWEEN.length;
  }
  const found = scan(strings.map(({ value }) => value).join(BETWEEN), guard);
  let field = 0;
  return found.flatMap((finding) => {
    while (field > 0 && starts[field]! > finding.start) field -= 1;
    while (field + 1 < starts.length && starts[field + 1]! <= finding.start) field += 1;
    return within(finding, { field: firstField + field, start: starts[field]!, string: strings[field]! });
  });
}

/** The finding as one in its string. A custom pattern may match beyond the string's end, and is cut there. */
function within(
  finding: Finding,
  { field, start, string }: { field: number; start: number; string: JsonString },
): JsonFinding[] {
  const end = Math.min(finding.end - start, string.value.length);
  return finding.start - start >= end ? [] : [{ type: finding.type, start: finding.start - start, end, field }];
}
