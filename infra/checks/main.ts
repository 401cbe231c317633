import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { REFERENCE_FILE, renderReference } from "../config/reference.ts";
import { LOSSES_FILE, renderLosses } from "../translation/render-losses.ts";
import { ROOT, runCommand } from "./run-command.ts";
import { runVitest } from "./run-vitest.ts";
import type { TestCount } from "./run-vitest.ts";

/** A step is done when its result says `ok`; the first that is not ends the run. */
type Step = { readonly name: string; readonly run: () => Promise<TestCount> };

const USAGE = `Usage: npm test [-- [--all] [filter…]]     types, lint, format, unit, flow and start tests
                                       --all runs the dialect matrix, the fault tests and the longest flow tests too
       npm run check                   types, lint and format alone
       npm run gen                     makes the code of proto/signalbox/v1, the config reference and
                                       the tables of what a translation loses again`;

process.exitCode = await main(process.argv.slice(2));

async function main([command = "", ...args]: string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(USAGE);
    return 0;
  }
  if (command === "gen") return generate();
  const filters = args.filter((arg) => !arg.startsWith("--"));
  const projects =
    command === "check" ? [] : ["unit", "flow", "start", ...(args.includes("--all") ? ["matrix", "fault"] : [])];
  return runSteps([
    tool("types", ["tsc", "-p", "."]),
    tool("lint", ["oxlint"]),
    tool("format", ["oxfmt", "--check", "."]),
    ...projects.map((project) => ({
      name: `${project} tests`,
      run: () => runVitest({ project, filters, secondRun: project !== "unit" }),
    })),
  ]);
}

async function generate(): Promise<number> {
  writeFileSync(REFERENCE_FILE, renderReference());
  writeFileSync(LOSSES_FILE, renderLosses());
  const { code } = await runCommand(["buf", "generate"], { show: true, cwd: join(ROOT, "proto") });
  return code;
}

/** A tool's output is shown only when it found something. */
function tool(name: string, command: readonly string[]): Step {
  return {
    name,
    async run() {
      const { code, output } = await runCommand(command, { show: false });
      if (code !== 0) console.log(output.trimEnd());
      return { ok: code === 0, passed: 0, failed: code === 0 ? 0 : 1 };
    },
  };
}

async function runSteps(steps: readonly Step[]): Promise<number> {
  let passed = 0;
  let failed = 0;
  const summary: string[] = [];
  for (const { name, run } of steps) {
    const startedAt = performance.now();
    console.log(`── ${name}`);
    const result = await run();
    passed += result.passed;
    failed += result.failed;
    summary.push(`${result.ok ? "✓" : "✗"} ${name.padEnd(12)} ${seconds(performance.now() - startedAt)}`);
    if (!result.ok) break;
  }
  const skipped = steps.slice(summary.length).map(({ name }) => `· ${name.padEnd(12)} not run`);
  console.log(`\n${[...summary, ...skipped].join("\n")}\n\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`.padStart(8);
}
