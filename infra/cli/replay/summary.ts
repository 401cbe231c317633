import type { ChangeGroup, EvaluationReport, ReplayJob } from "@signalbox/proto";
import { formatCounts } from "../format/bar-chart.ts";
import { formatPicoUsd } from "../format/money.ts";
import { formatTable } from "../format/table.ts";

/** Rows of a table; --json lists what a job keeps. */
const SHOWN_MAX = 20;

/** What came of a job, in a few lines, tables and bars. */
export function summaryOf(job: ReplayJob): string[] {
  const { replayed, identical, changes, evaluation } = job;
  const lines = [`${identical} of ${replayed} identical${shareOf(identical, replayed)}`];
  if (job.state !== "completed") lines.push(`${job.state}${job.error === null ? "" : `: ${job.error}`}`);
  if (job.failed > 0) lines.push(`${job.failed} could not be replayed${shareOf(job.failed, replayed)}`);
  lines.push(rangeOf(job));
  lines.push(...basisOf(job));
  if (job.reclassified !== undefined) lines.push(...reclassifiedOf(job.reclassified));
  if (changes !== null) lines.push(...changesOf(changes));
  if (evaluation !== undefined) lines.push(...evaluationOf(job, evaluation));
  return lines;
}

/** Rounded down, so that 100 % is only ever all of them. */
export function shareOf(part: number, whole: number): string {
  return whole === 0 ? "" : ` (${Math.floor((part / whole) * 10_000) / 100} %)`;
}

function rangeOf({ range, checkpoint }: ReplayJob): string {
  const signed =
    checkpoint === null ? "no checkpoint yet" : `checkpoint of ${checkpoint.size} leaves, ${checkpoint.root}`;
  return `leaves ${range.fromIndex} to ${range.toIndex}, ${signed}`;
}

function basisOf({ engine, order, recordedBy }: ReplayJob): string[] {
  return [
    `recorded by engine ${named(recordedBy?.engine)}`,
    `  policy ${named(recordedBy?.policy)}, catalogue ${named(recordedBy?.catalogue)}`,
    ...(order.kind === "verify" ? [] : decidedBy(engine, order)),
  ];
}

function decidedBy(engine: ReplayJob["engine"], order: ReplayJob["order"]): string[] {
  return [
    `decided by engine ${engine ?? "as recorded"}`,
    `  policy ${order.policy ?? "as recorded"}, catalogue ${order.catalogue ?? "as recorded"}`,
    ...(order.classifier === undefined ? [] : [`  classifier ${order.classifier}`]),
  ];
}

function reclassifiedOf({ recordedBy, made, changed, not }: NonNullable<ReplayJob["reclassified"]>): string[] {
  const missed = not.map(({ reason, count }) => `${count} ${reason}`);
  return [
    `classified by ${named(recordedBy)}`,
    `  again by the other: ${made} requests, ${changed} of them otherwise`,
    ...(missed.length === 0 ? [] : [`  not classified again: ${missed.join(", ")}`]),
  ];
}

function named(digests: readonly string[] = []): string {
  return digests.length === 0 ? "none" : digests.join(" ");
}

/** An amount with its sign: `+$0.01`. */
export function formatDelta(picoUsd: string): string {
  return `${picoUsd.startsWith("-") ? "−" : "+"}${formatPicoUsd(picoUsd.replace("-", ""))}`;
}

function changesOf(changes: NonNullable<ReplayJob["changes"]>): string[] {
  const lines = [
    `${changes.moved === undefined ? "" : `${changes.moved} go elsewhere; `}refusals gained ${changes.refusalsGained}, ` +
      `lost ${changes.refusalsLost}; estimated cost ${formatDelta(changes.costDeltaPicoUsd)}` +
      (changes.withoutPrice ? `, without ${changes.withoutPrice} changed ones that have no known price` : ""),
  ];
  const moves = changes.moves.slice(0, SHOWN_MAX);
  if (moves.length > 0) {
    lines.push("", formatCounts(moves.map(({ from, to, count }) => ({ label: `${from} → ${to}`, count }))));
  }
  for (const [title, groups] of groupsOf(changes)) lines.push("", formatGroups(title, groups));
  return lines;
}

/** The tables of a diff: what changes by tenant, task and model, where anything does. */
export function groupsOf(changes: NonNullable<ReplayJob["changes"]>): [string, readonly ChangeGroup[]][] {
  const all: [string, readonly ChangeGroup[]][] = [
    ["TENANT", changes.byTenant ?? []],
    ["TASK", changes.byTask ?? []],
    ["MODEL", changes.byModel ?? []],
  ];
  return all.filter(([, groups]) => groups.some(({ changed }) => changed > 0));
}

function formatGroups(title: string, groups: readonly ChangeGroup[]): string {
  const right = { align: "right" } as const;
  return formatTable(
    [
      { title },
      { title: "DECISIONS", ...right },
      { title: "CHANGED", ...right },
      { title: "MOVED", ...right },
      { title: "REFUSALS +", ...right },
      { title: "REFUSALS −", ...right },
      { title: "COST", ...right },
    ],
    groups
      .slice(0, SHOWN_MAX)
      .map((group) => [
        group.name,
        String(group.decisions),
        String(group.changed),
        String(group.moved ?? "—"),
        String(group.refusalsGained),
        String(group.refusalsLost),
        formatDelta(group.costDeltaPicoUsd),
      ]),
  );
}

const UNITS = { success: "share of completed answers", cost: "dollars", latency: "milliseconds", feedback: "score" };
const REFUSALS = {
  "nothing-recorded": "No decision of the range has both a known probability and a reward.",
  unsupported: "Nothing of what the policy would do could have been chosen when it was recorded.",
  "too-few": "The effective sample is too small for a number.",
};
const ESTIMATORS = {
  logged: "as it was decided",
  ips: "inverse propensity (IPS)",
  snips: "self-normalised (SNIPS)",
  robust: "doubly robust (DR)",
} as const;

function evaluationOf({ order }: ReplayJob, found: EvaluationReport): string[] {
  const aside = Object.entries(found.setAside).filter(([, count]) => count > 0);
  const { outcome } = found;
  const lines = [
    "",
    `${found.choices} decisions with a reward, ${found.supported} of them supported${shareOf(found.supported, found.choices)}; ` +
      `effective sample ${found.effectiveSize.toFixed(1)}, largest weight ${found.maxWeight.toFixed(2)}`,
    ...(aside.length === 0 ? [] : [`set aside: ${aside.map(([why, count]) => `${count} ${words(why)}`).join(", ")}`]),
    ...(found.notEvaluatedShare === undefined ? [] : [`not evaluated: ${percentOf(found.notEvaluatedShare)} of all`]),
    ...(found.isDeterministic
      ? ["The history is deterministic: it supports only direct replay where the action was logged."]
      : []),
  ];
  if (outcome.kind === "refused") {
    return [...lines, `${REFUSALS[outcome.reason]} At least ${order.evaluation?.minEffectiveSize ?? 0} are asked for.`];
  }
  const values =
    outcome.kind === "direct"
      ? [["direct replay", outcome.value] as const]
      : Object.entries(ESTIMATORS).map(
          ([name, title]) => [title, outcome.values[name as keyof typeof ESTIMATORS]] as const,
        );
  const rows = values.map(([title, { value, low, high }]) => [title, value, low, high].map(figure));
  const unit = UNITS[order.evaluation?.reward ?? "success"];
  const right = { align: "right" } as const;
  return [
    ...lines,
    "",
    formatTable(
      [
        { title: unit.toUpperCase() },
        { title: "VALUE", ...right },
        { title: "2.5 %", ...right },
        { title: "97.5 %", ...right },
      ],
      rows,
    ),
  ];
}

function figure(value: string | number): string {
  return typeof value === "string" ? value : value.toPrecision(5);
}

/** Rounded up, so that 0 % is only ever none of them. */
function percentOf(share: number): string {
  return `${Math.ceil(share * 10_000) / 100} %`;
}

/** `noReward` as words. */
function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
