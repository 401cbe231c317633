import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { checkBar } from "./bar.ts";
import { parseBenchOptions, USAGE, type BenchOptions } from "./bench-options.ts";
import { figureOf } from "./measurement.ts";
import { renderReport } from "./report.ts";
import { runBench, type BenchRun } from "./run-bench.ts";
import { stopSignal } from "./stop-signal.ts";

const WRONG_USAGE = 2;
const INTERRUPTED = 130;

process.exitCode = await main(process.argv.slice(2));

/** The bar is a figure to look at; only a target that did not run makes the bench itself a failure. */
async function main(argv: readonly string[]): Promise<number> {
  const options = readOptions(argv);
  if (options === "wrong") return WRONG_USAGE;
  if (options === "help") {
    console.log(USAGE);
    return 0;
  }
  const signal = stopSignal();
  try {
    const run = await runBench(options, { say: console.error, signal });
    console.log(`\n${renderReport(run.measurements, run.notes)}`);
    if (options.jsonFile !== null) writeJson(options.jsonFile, options, run);
    return run.broken.length === 0 ? 0 : 1;
  } catch (error) {
    if (!signal.aborted) throw error;
    console.error(String(signal.reason));
    return INTERRUPTED;
  }
}

function readOptions(argv: readonly string[]): BenchOptions | "help" | "wrong" {
  try {
    return parseBenchOptions(argv);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return "wrong";
  }
}

function writeJson(file: string, options: BenchOptions, { measurements, notes, broken }: BenchRun): void {
  const figures = measurements.map((each) => ({
    ...each,
    requestsPerSecond: figureOf(each, "requestsPerSecond"),
    p50Ms: figureOf(each, "p50Ms"),
    p99Ms: figureOf(each, "p99Ms"),
  }));
  const machine = { cpus: cpus().length, model: cpus()[0]?.model, node: process.version };
  const report = {
    at: new Date().toISOString(),
    machine,
    options,
    figures,
    bar: checkBar(measurements),
    notes,
    broken,
  };
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
}
