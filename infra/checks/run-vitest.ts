import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { z } from "zod";
import { ROOT, runCommand } from "./run-command.ts";

export type TestCount = { readonly ok: boolean; readonly passed: number; readonly failed: number };

/** The part of vitest's JSON report that is counted. */
const Report = z.looseObject({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  testResults: z.array(z.looseObject({ name: z.string(), status: z.string(), assertionResults: z.array(z.unknown()) })),
});
type Report = z.infer<typeof Report>;

/** More suites than these do not fail for want of luck. */
const SECOND_RUN_MAX_FILES = 3;

type VitestRun = {
  readonly project: string;
  /** Parts of file names; none for all suites of the project. */
  readonly filters: readonly string[];
  /**
   * Whether a suite that failed is run once more, in a run of its own. vitest tries a test twice, but not the hooks that
   * start its servers, and those fail on a busy machine too. A defect fails both runs, and a second run is shown.
   */
  readonly secondRun: boolean;
};

/** Runs the suites of one vitest project, or only those that match a filter. */
export async function runVitest({ project, filters, secondRun }: VitestRun): Promise<TestCount> {
  const first = await runOnce(project, filters);
  const failed = first.failedFiles;
  if (first.ok || !secondRun || failed.length === 0 || failed.length > SECOND_RUN_MAX_FILES) return first;
  console.log(`── ${project} tests: a second run of ${failed.join(", ")}`);
  const second = await runOnce(project, failed);
  return { ok: second.ok, passed: first.passed + second.passed, failed: second.failed };
}

async function runOnce(
  project: string,
  filters: readonly string[],
): Promise<TestCount & { readonly failedFiles: readonly string[] }> {
  const dir = await mkdtemp(join(tmpdir(), "signalbox-report-"));
  const file = join(dir, "report.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
    // A filter names suites of one project, and the others have none.
    const passing = filters.length === 0 ? [] : ["--passWithNoTests"];
    const { code } = await runCommand(["vitest", "run", "--project", project, ...reporters, ...passing, ...filters], {
      show: true,
    });
    const text = await readFile(file, "utf8").catch(() => null);
    if (text === null) return { ok: false, passed: 0, failed: 1, failedFiles: [] };
    const report = Report.parse(JSON.parse(text));
    return { ...count(report, code), failedFiles: failedFiles(report) };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** A file that could not be loaded has no tests to count, so it counts as one that failed. */
function count(report: Report, code: number): TestCount {
  const broken = report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const failed = report.numFailedTests + broken.length;
  const ok = code === 0 && failed === 0;
  return { ok, passed: report.numPassedTests, failed: ok ? 0 : Math.max(failed, 1) };
}

function failedFiles({ testResults }: Report): string[] {
  return testResults.filter(({ status }) => status === "failed").map(({ name }) => relative(ROOT, name));
}
