import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { barsOf } from "./bars.ts";
import { parseEvalOptions, USAGE, type EvalOptions } from "./eval-options.ts";
import { evaluate } from "./evaluate.ts";
import { labelsFolder } from "./labelled-sets.ts";
import { renderReport } from "./render-report.ts";

const ROOT = join(import.meta.dirname, "../../..");
const WRONG_USAGE = 2;

process.exitCode = main(process.argv.slice(2));

/** A bar that is missed makes the command fail; a folder that is not there does not. */
function main(argv: readonly string[]): number {
  const options = readOptions(argv);
  if (options === "wrong") return WRONG_USAGE;
  if (options === "help") {
    console.log(USAGE);
    return 0;
  }
  const labels = options.dataDir === null ? null : labelsFolder(options.dataDir);
  if (labels === null) {
    console.log("Skipped: no labelled sets. Name their folder by --data DIR or SHARED_DATA_DIR.");
    return 0;
  }
  const evaluation = evaluate(labels, ROOT);
  const report = renderReport(evaluation);
  console.log(report);
  if (options.outFile !== null) writeFileSync(options.outFile, report);
  return barsOf(evaluation).every(({ met }) => met) ? 0 : 1;
}

function readOptions(argv: readonly string[]): EvalOptions | "help" | "wrong" {
  try {
    return parseEvalOptions(argv, process.env["SHARED_DATA_DIR"]);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return "wrong";
  }
}
