import { chosenEndpoint, type DecisionRecord } from "../decision-record.ts";
import { formatMillis } from "./duration.ts";
import { formatPicoUsd } from "./money.ts";
import { formatTable, type Column } from "./table.ts";

const COLUMNS: readonly Column[] = [
  { title: "TIME (UTC)" },
  { title: "DECISION" },
  { title: "ASKED" },
  { title: "CHOSEN" },
  { title: "REASON" },
  { title: "COST", align: "right" },
  { title: "RESULT" },
  { title: "TOKENS", align: "right" },
  { title: "MS", align: "right" },
];

/** A line for each decision; what is not known yet is a dash. */
export function formatDecisionRows(records: readonly DecisionRecord[]): string {
  return formatTable(
    COLUMNS,
    records.map((record) => {
      const { decision, outcome } = record;
      return [
        formatTime((decision ?? outcome)?.atMs ?? 0),
        decision?.decisionId ?? "—",
        decision?.input.facts.model ?? "—",
        chosenEndpoint(record) ?? "—",
        decision?.decision.reason ?? "—",
        outcome === null ? "—" : formatPicoUsd(outcome.costPicoUsd),
        outcome === null ? "open" : resultOf(outcome),
        outcome === null ? "—" : `${outcome.usage.inputTokens}+${outcome.usage.outputTokens}`,
        outcome === null ? "—" : formatMillis(outcome.timing.totalUs),
      ];
    }),
  );
}

/** How a request ended, with the error's code where there is one: `failed: upstream-error`. */
export function resultOf(outcome: NonNullable<DecisionRecord["outcome"]>): string {
  return outcome.error === null ? outcome.result : `${outcome.result}: ${outcome.error}`;
}

/** Unix milliseconds as `2026-11-21 10:00:00.123`, in UTC like everything in the register. */
export function formatTime(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, -1).replace("T", " ");
}
