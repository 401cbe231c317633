import type { DecisionEvent } from "@signalbox/proto";
import type { DecisionRecord } from "../decision-record.ts";
import { formatMicros } from "./duration.ts";
import { formatPicoUsd } from "./money.ts";
import { indent, share } from "./page-text.ts";
import { formatTable } from "./table.ts";

/** The endpoints that could be chosen, the best first. */
export function ranked({ decision }: DecisionEvent): string {
  if (decision.ranked.length === 0) return "";
  const table = formatTable(
    [
      { title: "#", align: "right" },
      { title: "endpoint" },
      { title: "quality", align: "right" },
      { title: "source" },
      { title: "good enough" },
      { title: "estimated cost", align: "right" },
      { title: "latency", align: "right" },
    ],
    decision.ranked.map((one, at) => [
      String(at + 1),
      one.endpoint,
      share(one.quality),
      one.qualitySource,
      one.goodEnough ? "yes" : "no",
      formatPicoUsd(one.costPicoUsd),
      one.latencyMs === null ? "unknown" : `${one.latencyMs} ms`,
    ]),
  );
  const more = decision.eligible - decision.ranked.length;
  return `Ranked${more > 0 ? ` (the best ${decision.ranked.length} of ${decision.eligible})` : ""}\n${indent(table)}`;
}

/** How many endpoints each rule ruled out. */
export function excluded({ decision }: DecisionEvent): string {
  if (decision.excluded.length === 0) return "";
  const table = formatTable(
    [{ title: "rule" }, { title: "endpoints", align: "right" }],
    decision.excluded.map(({ rule, count }) => [rule, String(count)]),
  );
  return `Ruled out\n${indent(table)}`;
}

/** The calls of providers, in their order. */
export function attempts(outcome: NonNullable<DecisionRecord["outcome"]>): string {
  if (outcome.attempts.length === 0) return "";
  const table = formatTable(
    [
      { title: "#", align: "right" },
      { title: "endpoint" },
      { title: "result" },
      { title: "HTTP", align: "right" },
      { title: "first byte", align: "right" },
      { title: "total", align: "right" },
      { title: "cost", align: "right" },
    ],
    outcome.attempts.map((one, at) => [
      String(at + 1),
      one.endpoint,
      one.error === null ? one.result : `${one.result}: ${one.error}`,
      one.httpStatus === null ? "—" : String(one.httpStatus),
      one.firstByteUs === null ? "—" : formatMicros(one.firstByteUs),
      formatMicros(one.totalUs),
      formatPicoUsd(one.costPicoUsd),
    ]),
  );
  return `Attempts\n${indent(table)}`;
}
