import type { Finding, FindingType } from "../finding.ts";

/**
 * The findings that a policy's names mean. As these hold no dots, a name is a kind (`pii`, `secret`, `list`), the type within
 * a kind (`email`, `github`), or both with a hyphen (`pii-email`, `list-codenames`).
 */
export function findingsNamed<Found extends Finding>(findings: readonly Found[], names: readonly string[]): Found[] {
  const wanted = new Set(names);
  return findings.filter(({ type }) => namesOf(type).some((name) => wanted.has(name)));
}

function namesOf(type: FindingType): string[] {
  const dot = type.indexOf(".");
  return [type.slice(0, dot), type.slice(dot + 1), type.replace(".", "-")];
}
