import { DEFAULT_DETECTION, type GuardDetection, INJECTION_TYPES } from "@signalbox/proto";
import type { Finding } from "../finding.ts";
import { compileGuard, scan, type Guard } from "../guard.ts";

export function guardOf(special: Partial<GuardDetection> = {}): Guard {
  const compiled = compileGuard({ ...DEFAULT_DETECTION, ...special });
  if (!compiled.ok) throw new Error(compiled.problems.join("; "));
  return compiled.guard;
}

export const EVERYTHING = guardOf({
  injection: [...INJECTION_TYPES],
  lists: [{ name: "names", words: ["Titan", "blue whale", "Ωmega"], inside: false }],
  patterns: [{ name: "ticket", expression: "\\b[A-Z]{3}-\\d{4,6}\\b", maxChars: 16 }],
});

/** `type text` of each finding. */
export function found(text: string, guard: Guard = EVERYTHING): string[] {
  return told(text, scan(text, guard));
}

export function told(text: string, findings: readonly Finding[]): string[] {
  return findings.map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);
}
