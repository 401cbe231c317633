import { measureDecisions } from "./measure-decisions.ts";
import { measureScans } from "./measure-scans.ts";
import type { Times } from "./quietest.ts";

/** What one decision and one scan take, by themselves: no process, no network, no database. */
const ROUNDS = 10;
const DECISION_P99_MAX_US = 200;
const SCAN_P99_MAX_US = 1_000;

type Figures = Times & { readonly name: string; readonly barUs: number | null };

const figures: Figures[] = [
  {
    name: "a decision under a policy of 100 rules, over 10 endpoints",
    ...measureDecisions({ endpoints: 10, rounds: ROUNDS }),
    barUs: DECISION_P99_MAX_US,
  },
  { name: "the same over 100 endpoints", ...measureDecisions({ endpoints: 100, rounds: ROUNDS }), barUs: null },
  {
    name: "a scan of a prompt of 4 KB by all built-in detectors",
    ...measureScans({ rounds: ROUNDS }),
    barUs: SCAN_P99_MAX_US,
  },
];

console.log(`Each input ${ROUNDS} times; p50 and p99 of its quietest round, and the p99 of all.`);
for (const { name, p50Us, p99Us, rawP99Us, barUs } of figures) {
  const bar = barUs === null ? "" : `  bar ${barUs} µs: ${p99Us < barUs ? "met" : "missed"}`;
  const us = [p50Us, p99Us, rawP99Us].map((each) => `${each.toFixed(0)} µs`);
  console.log(`${name}: p50 ${us[0]}, p99 ${us[1]}, of all ${us[2]}${bar}`);
}
process.exitCode = figures.every(({ p99Us, barUs }) => barUs === null || p99Us < barUs) ? 0 : 1;
