import { DecisionEvent, Labels } from "@signalbox/proto";
import type { LedgerEntry, LedgerRecord } from "@signalbox/proto/grpc/ledger";
import { explain } from "@signalbox/decision";
import { parseEnvelope } from "@signalbox/tlog";

/** An entry of the register as the API shows it; `event` is the signed event, decoded. */
type RenderedEntry = {
  readonly index: number;
  readonly eventId: string;
  readonly type: string;
  /** Null: the event belongs to no request. */
  readonly requestId: string | null;
  readonly decisionId: string | null;
  readonly event: unknown;
};

export function renderEntry(entry: LedgerEntry): RenderedEntry {
  return {
    index: Number(entry.index),
    eventId: entry.eventId,
    type: entry.type,
    requestId: entry.requestId === "" ? null : entry.requestId,
    decisionId: entry.decisionId === "" ? null : entry.decisionId,
    event: decodeLeaf(entry.leaf),
  };
}

/** A request's record as the API shows it: the signed decision and outcome, with labels and an explanation in words. */
export function renderRecord(record: LedgerRecord): Record<string, unknown> {
  const { decision, outcome } = record;
  const head = decision ?? outcome;
  const event = decision === undefined ? null : decodeLeaf(decision.leaf);
  const decided = DecisionEvent.safeParse(event);
  return {
    object: "decision",
    index: Number(head?.index ?? 0n),
    decisionId: head?.decisionId === "" ? null : (head?.decisionId ?? null),
    requestId: head?.requestId ?? null,
    decision: event,
    outcome: outcome === undefined ? null : decodeLeaf(outcome.leaf),
    related: record.related.map(renderEntry),
    labels: decodeLabels(record.labelsJson),
    explanation: decided.success ? explain(decided.data) : [],
  };
}

/** The event in a leaf; null for bytes that are no envelope. */
function decodeLeaf(leaf: Uint8Array): unknown {
  const envelope = parseEnvelope(leaf);
  return envelope === null ? null : JSON.parse(Buffer.from(envelope.payload).toString("utf8"));
}

function decodeLabels(json: string): Labels | null {
  return json === "" ? null : (Labels.safeParse(JSON.parse(json)).data ?? null);
}
