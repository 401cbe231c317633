import { PlaceholderMint, replaceFindings, type Redaction } from "../redact/redaction.ts";
import type { FindingType } from "../finding.ts";
import { jsonStrings } from "./json-strings.ts";
import type { JsonFinding } from "./scan-json.ts";

/** Replaces findings in the strings of a JSON text by placeholders; every other byte stays as it is. */
export function redactJson(json: string, findings: readonly JsonFinding[]): { json: string; redaction: Redaction } {
  const strings = jsonStrings(json);
  const mint = new PlaceholderMint(strings.map(({ value }) => value));
  const placeholder = (type: FindingType, original: string): string => mint.placeholderFor(type, original);
  const byField = Map.groupBy(findings, ({ field }) => field);
  let redacted = "";
  let done = 0;
  for (const [field, { from, to, value }] of strings.entries()) {
    const places = byField.get(field);
    if (places === undefined) continue;
    redacted += json.slice(done, from) + JSON.stringify(replaceFindings(value, places, placeholder)).slice(1, -1);
    done = to;
  }
  return { json: redacted + json.slice(done), redaction: mint.redaction };
}
