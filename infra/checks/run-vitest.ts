import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { runCommand } from "./run-command.ts";

export type TestCount = { readonly ok: boolean; readonly passed: number; readonly failed: number };

/** The part of vitest's JSON report that is counted. */
const Report = z.looseObject({
  success: z.boolean(),
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  testResults: z.array(z.looseObject({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

/** Runs the suites of one vitest project, or only those that match a filter. */
export async function runVitest(project: string, filters: readonly string[]): Promise<TestCount> {
  const dir = await mkdtemp(join(tmpdir(), "signalbox-report-"));
  const file = join(dir, "report.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
    // A filter names suites of one project, and the others have none.
    const passing = filters.length === 0 ? [] : ["--passWithNoTests"];
    const { code } = await runCommand(["vitest", "run", "--project", project, ...reporters, ...passing, ...filters], {
      show: true,
    });
    return count(await readFile(file, "utf8").catch(() => null), code);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** A file that could not be loaded has no tests to count, so it counts as one that failed. */
function count(text: string | null, code: number): TestCount {
  if (text === null) return { ok: false, passed: 0, failed: 1 };
  const report = Report.parse(JSON.parse(text));
  const broken = report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const failed = report.numFailedTests + broken.length;
  const ok = code === 0 && failed === 0;
  return { ok, passed: report.numPassedTests, failed: ok ? 0 : Math.max(failed, 1) };
}
