import { storableText } from "@signalbox/kit/storable-text";
import type { LeafColumns } from "../events/event-fields.ts";

/** The columns beside a leaf's bytes as a client reads them back, in the order of the table. */
export type StoredColumns = {
  readonly event_id: string;
  readonly type: string;
  readonly tenant: string;
  readonly request_id: string | null;
  readonly decision_id: string | null;
  readonly at_ms: string;
  readonly key_id: string | null;
  readonly kind: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly cost: string | null;
  readonly reason: string | null;
  readonly tags: readonly string[] | null;
  readonly decision_idx: string | null;
};

/** What inserting an event leaves in the columns beside its leaf. */
export function storedColumns(event: LeafColumns, decisionIndex: number | undefined): StoredColumns {
  return {
    event_id: event.eventId,
    type: event.type,
    tenant: storableText(event.tenant),
    request_id: event.requestId,
    decision_id: event.decisionId,
    at_ms: String(event.atMs),
    key_id: textOf(event.keyId),
    kind: textOf(event.kind),
    provider: textOf(event.provider),
    model: textOf(event.model),
    cost: event.cost,
    reason: textOf(event.reason),
    tags: event.tags.length === 0 ? null : event.tags.map(storableText),
    decision_idx: decisionIndex === undefined ? null : String(decisionIndex),
  };
}

function textOf(value: string | null): string | null {
  return value === null ? null : storableText(value);
}
