import { INJECTION_TYPES } from "@signalbox/proto";
import type { Finding } from "../finding.ts";
import { DEFAULT_GUARD, type GuardConfig } from "../guard-config.ts";
import { compileGuard, scan, type Guard } from "../guard.ts";

export function guardOf(special: Partial<GuardConfig> = {}): Guard {
  const compiled = compileGuard({ ...DEFAULT_GUARD, ...special });
  if (!compiled.ok) throw new Error(compiled.problems.join("; "));
  return compiled.guard;
}

export const EVERYTHING = guardOf({
  injection: INJECTION_TYPES,
  lists: [{ name: "names", words: ["Titan", "blue whale", "Ωmega"] }],
  patterns: [{ name: "ticket", expression: "\\b[A-Z]{3}-\\d{4,6}\\b", maxChars: 16 }],
});

/** `type text` of each finding. */
export function found(text: string, guard: Guard = EVERYTHING): string[] {
  return told(text, scan(text, guard));
}

export function told(text: string, findings: readonly Finding[]): string[] {
  return findings.map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);
}
