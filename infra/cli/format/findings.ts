import type { Finding } from "../doctor/check.ts";

const MARKS = { ok: "ok  ", warn: "warn", fail: "FAIL" } as const;

/** A line for each finding, and below it what to do, when there is something to do. */
export function formatFindings(findings: readonly ({ readonly name: string } & Finding)[]): string {
  const width = Math.max(0, ...findings.map(({ name }) => name.length));
  const indent = " ".repeat(MARKS.ok.length + 2 + width + 2);
  return findings
    .flatMap(({ name, status, detail, todo }) => [
      `${MARKS[status]}  ${name.padEnd(width)}  ${detail}`,
      ...(todo === null ? [] : [`${indent}→ ${todo}`]),
    ])
    .join("\n");
}
