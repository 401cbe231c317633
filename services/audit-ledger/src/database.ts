import type { Generated } from "kysely";

/** The tables that are read through Kysely, as migrations 0002, 0004 and 0006 make them. Postgres gives a bigint as text. */
export type Database = {
  ledger_head: { origin: string | null; size: string; root: Buffer };
  ledger_leaf: {
    idx: string;
    leaf: Buffer;
    leaf_hash: Buffer;
    event_id: string;
    type: string;
    tenant: string;
    request_id: string;
    decision_id: string | null;
    at_ms: string;
    key_id: string | null;
    kind: string | null;
    provider: string | null;
    model: string | null;
    cost: string | null;
  };
  ledger_event: { event_id: string; idx: string; leaf_hash: Buffer };
  ledger_node: { level: number; n: string; hash: Buffer };
  ledger_request: { request_id: string; outcome_idx: string; decision_id: string | null };
  ledger_checkpoint: { size: string; root: Buffer; note: string };
  ledger_producer: { key_id: string; service: string; public_key: Buffer; added_at: Generated<Date> };
  ledger_label: { request_id: string; tenant: string; labels: unknown };
  document: { digest: string; kind: string; media_type: string; body: Buffer };
};
