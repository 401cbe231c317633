import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { SCENARIOS, type Scenario } from "./scenario.ts";
import { FEATURES, type Feature } from "./features.ts";
import { TARGET_NAMES, type TargetName } from "./target.ts";

export type BenchOptions = {
  readonly targets: readonly TargetName[];
  readonly scenarios: readonly Scenario[];
  readonly connections: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  /** What Signalbox has switched on beside what it always does. */
  readonly features: readonly Feature[];
  /** Another checkout, whose Signalbox is measured in turn with the others, without features. */
  readonly beforeDir: string | null;
  readonly jsonFile: string | null;
};

export const USAGE = `Usage: npm run bench -- [options]

  --rounds N           how often each figure is measured, all targets in turn (3)
  --seconds N          how long each measurement takes (3)
  --quick              one round of one second each
  --only NAMES         of ${TARGET_NAMES.join(", ")} (all)
  --scenarios NAMES    of ${SCENARIOS.join(", ")} (whole,stream)
  --connections LIST   (1,16,64)
  --features NAMES     of ${FEATURES.join(", ")}, for Signalbox (none)
  --before DIR         also measure the Signalbox of another checkout, without features
  --json FILE          also write the figures there as JSON
`;

/** The options, or `help` when that was asked for. Throws an Error with a message for the user when one is not right. */
export function parseBenchOptions(argv: readonly string[]): BenchOptions | "help" {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rounds: { type: "string" },
      seconds: { type: "string" },
      quick: { type: "boolean", default: false },
      only: { type: "string", default: TARGET_NAMES.join(",") },
      scenarios: { type: "string", default: "whole,stream" },
      connections: { type: "string", default: "1,16,64" },
      features: { type: "string" },
      before: { type: "string" },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  return {
    targets: [
      ...namesOf("--only", values.only, TARGET_NAMES),
      ...(values.before === undefined ? [] : (["before"] as const)),
    ],
    scenarios: namesOf("--scenarios", values.scenarios, SCENARIOS),
    connections: values.connections.split(",").map((each) => positive("--connections", each)),
    rounds: positive("--rounds", values.rounds ?? (values.quick ? "1" : "3")),
    seconds: positive("--seconds", values.seconds ?? (values.quick ? "1" : "3")),
    features: values.features === undefined ? [] : namesOf("--features", values.features, FEATURES),
    beforeDir: values.before === undefined ? null : resolve(values.before),
    jsonFile: values.json ?? null,
  };
}

function namesOf<T extends string>(option: string, list: string, known: readonly T[]): T[] {
  return list.split(",").map((name) => {
    const found = known.find((each) => each === name);
    if (found === undefined) throw new Error(`${option}: ${name} is not one of ${known.join(", ")}.`);
    return found;
  });
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isFinite(number) || number <= 0) throw new Error(`${option}: ${text} is not a positive number.`);
  return number;
}
