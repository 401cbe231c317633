import type { Finding } from "../finding.ts";
import { scan, type Guard } from "../guard.ts";
import { jsonStrings, type JsonString } from "./json-strings.ts";

/** A finding in one of the strings of a JSON text. */
export type JsonFinding = Finding & {
  /** The number of the string in the text, from 0, the names of members counted; `start` and `end` are of its value. */
  readonly field: number;
};

/** Stands between two strings while they are scanned as one text; no detector's form goes on over it. */
const BETWEEN = "\n\0\n";

/**
 * Scans every string of a JSON text, those of messages, tools, names and metadata alike. The strings are scanned as one
 * text, because most of what a scan costs is paid for each call.
 */
export function scanJson(json: string, guard: Guard): JsonFinding[] {
  return scanStrings(jsonStrings(json), 0, guard);
}

/** Findings in strings of which the first has the number `firstField`. */
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

/** A custom pattern may have gone on over the end of its string: its part in the string is what was found. */
function within(
  finding: Finding,
  { field, start, string }: { field: number; start: number; string: JsonString },
): JsonFinding[] {
  const end = Math.min(finding.end - start, string.value.length);
  return finding.start - start >= end ? [] : [{ type: finding.type, start: finding.start - start, end, field }];
}
