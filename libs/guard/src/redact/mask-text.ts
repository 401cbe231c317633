import type { Finding } from "../finding.ts";
import { joined, nameOf } from "./redaction.ts";

/** Takes findings out for good: `[EMAIL]` stands in the place of each, which no placeholder that is restored looks like. */
export function maskText(text: string, findings: readonly Finding[]): string {
  let masked = "";
  let done = 0;
  for (const { type, start, end, replacement } of joined(findings)) {
    masked += text.slice(done, start) + (replacement ?? `[${nameOf(type)}]`);
    done = end;
  }
  return masked + text.slice(done);
}
