import { payloadFields, storedColumns, type LeafFollower, type StoredColumns } from "@signalbox/audit-ledger/derived";
import { leafHash, type EntryCheck } from "@signalbox/tlog";
import type { EarlyLeaves } from "./early-leaves.ts";
import type { Findings } from "./finding.ts";
import { checkLabels } from "./label-check.ts";
import type { LeafRow } from "./register-rows.ts";

const SHOWN_MAX_CHARS = 64;
/** What a refusal told its caller, and what callers tag requests with, may speak of persons. */
const UNSHOWN: ReadonlySet<string> = new Set(["reason", "tags"]);

type LeafFaultsContext = {
  readonly follower: LeafFollower;
  readonly findings: Findings;
  readonly early: EarlyLeaves;
  /** Told of labels that cannot be held against their digests. */
  readonly onUncheckedLabels: () => void;
};

/** Holds a leaf's row against the leaf's own bytes, which `check` has read. Returns the hash of the bytes. */
export function checkLeaf(row: LeafRow, check: EntryCheck, context: LeafFaultsContext): Buffer {
  const { follower, findings, early } = context;
  const index = Number(row.idx);
  early.pass(row);
  const hash = leafHash(row.leaf);
  if (!hash.equals(row.leaf_hash)) findings.add("leaves", index, "its hash is not that of its bytes");
  const signed = check.kind === "sound" ? signedColumns(row, check, follower) : null;
  if (signed !== null) {
    for (const fault of columnFaults(row, signed, early)) findings.add("columns", index, fault);
  } else {
    findings.add("signatures", index, unreadReason(check));
  }
  for (const fault of eventFaults(row, hash)) findings.add("events", index, fault);
  for (const fault of outcomeFaults(row, signed ?? row)) findings.add("outcomes", index, fault);
  if (row.label_tenant !== null && row.label_tenant !== (signed ?? row).tenant) {
    findings.add("labels", index, `its request's labels are said to be those of ${shown(row.label_tenant)}`);
  } else if (row.labels !== null && signed?.type === "decision" && check.kind === "sound") {
    const labels = checkLabels(row, check.payload);
    if (labels.kind === "keyless") context.onUncheckedLabels();
    if (labels.kind === "other") {
      findings.add("labels", index, `its request's labels are not those that were signed: ${labels.names.join(", ")}`);
    }
  }
  return hash;
}

function unreadReason(check: EntryCheck): string {
  if (check.kind === "faulty") return check.reason;
  return check.kind === "sound"
    ? "its payload is not an event of its type"
    : "it is not an event, or no producer's key is known";
}

/** What the appender writes beside these bytes; null for those of no event. */
function signedColumns(
  row: LeafRow,
  check: EntryCheck & { kind: "sound" },
  follower: LeafFollower,
): StoredColumns | null {
  try {
    const fields = payloadFields(check);
    const index = Number(row.idx);
    const isEnded = row.outcome_idx !== null && Number(row.outcome_idx) < index;
    return storedColumns(fields, follower.follow(index, fields, isEnded));
  } catch {
    return null;
  }
}

function columnFaults(row: LeafRow, signed: StoredColumns, early: EarlyLeaves): string[] {
  const names = Object.keys(signed) as (keyof StoredColumns)[];
  const differing = names.filter((name) => !isSame(row[name], signed[name]));
  return early.faulty(row, differing).map((name) => {
    const values = UNSHOWN.has(name) ? "" : `: it is ${shown(row[name])}, and the leaf says ${shown(signed[name])}`;
    return `${name} is not what was signed${values}`;
  });
}

type Column = string | readonly string[] | null;

function isSame(some: Column, others: Column): boolean {
  if (!Array.isArray(some) || !Array.isArray(others)) return some === others;
  return some.length === others.length && some.every((one, at) => one === others[at]);
}

/** A value that is nobody's text; cut off, because whoever changed a row may have put anything there. */
function shown(value: Column): string {
  return value === null ? "null" : JSON.stringify(value.slice(0, SHOWN_MAX_CHARS));
}

function eventFaults(row: LeafRow, hash: Buffer): string[] {
  if (row.event_idx === null) return ["its event id is not known to the register"];
  if (row.event_idx !== row.idx) return [`its event id leads to leaf ${row.event_idx}`];
  return row.event_leaf_hash?.equals(hash) === true ? [] : ["its event id leads to other bytes"];
}

function outcomeFaults(row: LeafRow, { type, decision_id: decisionId }: StoredColumns): string[] {
  if (type !== "outcome") return [];
  if (row.outcome_idx !== row.idx) return [`its request's outcome is said to be ${row.outcome_idx ?? "none"}`];
  if (row.outcome_decision_id === decisionId) return [];
  return [
    `its request's decision is said to be ${shown(row.outcome_decision_id)}, and the leaf says ${shown(decisionId)}`,
  ];
}
