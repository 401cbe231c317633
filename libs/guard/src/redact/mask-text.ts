import type { Finding } from "../finding.ts";
import { nameOf, replaceFindings } from "./redaction.ts";

/** Takes findings out for good: `[EMAIL]` stands in the place of each, which no placeholder that is restored looks like. */
export function maskText(text: string, findings: readonly Finding[]): string {
  return replaceFindings(text, findings, (type) => `[${nameOf(type)}]`);
}
