import { eventTypeOf } from "@signalbox/proto";
import { leafHash, type EntryCheck } from "@signalbox/tlog";
import type { Findings } from "./finding.ts";
import type { LeafRow } from "./register-rows.ts";

/** Holds a leaf's row against the leaf's own bytes, which `check` has read. Returns the hash of the bytes. */
export function checkLeaf(row: LeafRow, check: EntryCheck, findings: Findings): Buffer {
  const index = Number(row.idx);
  const hash = leafHash(row.leaf);
  if (!hash.equals(row.leaf_hash)) findings.add("leaves", index, "its hash is not that of its bytes");
  if (check.kind === "sound") {
    for (const fault of columnFaults(row, check)) findings.add("columns", index, fault);
  } else {
    const reason = check.kind === "faulty" ? check.reason : "it is not an event, or no producer's key is known";
    findings.add("signatures", index, reason);
  }
  for (const fault of eventFaults(row, hash)) findings.add("events", index, fault);
  if (row.type === "outcome" && row.outcome_idx !== row.idx) {
    findings.add("outcomes", index, `its request's outcome is said to be ${row.outcome_idx ?? "none"}`);
  }
  return hash;
}

function columnFaults(row: LeafRow, check: EntryCheck & { kind: "sound" }): string[] {
  const event = JSON.parse(Buffer.from(check.payload).toString("utf8")) as Record<string, unknown>;
  const pairs: [string, unknown, unknown][] = [
    ["type", row.type, eventTypeOf(check.payloadType)],
    ["event_id", row.event_id, event["eventId"]],
    ["tenant", row.tenant, event["tenant"]],
    ["request_id", row.request_id, event["requestId"] ?? null],
    ["decision_id", row.decision_id, event["decisionId"] ?? null],
    ["at_ms", Number(row.at_ms), event["atMs"]],
  ];
  return pairs.filter(([, column, signed]) => column !== signed).map(([name]) => `${name} is not what was signed`);
}

function eventFaults(row: LeafRow, hash: Buffer): string[] {
  if (row.event_idx === null) return ["its event id is not known to the register"];
  if (row.event_idx !== row.idx) return [`its event id leads to leaf ${row.event_idx}`];
  return row.event_leaf_hash?.equals(hash) === true ? [] : ["its event id leads to other bytes"];
}
