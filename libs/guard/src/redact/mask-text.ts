import type { Finding } from "../finding.ts";
import { nameOf, replaceFindings } from "./redaction.ts";

/** Replaces findings for good, by words such as `[EMAIL]`; they have no number, so no placeholder is confused with them. */
export function maskText(text: string, findings: readonly Finding[]): string {
  return replaceFindings(text, findings, (type) => `[${nameOf(type)}]`);
}
