import type { Generated } from "kysely";

/**
 * The tables that Kysely reads and writes here, as `infra/postgres/migrations` make them. Postgres gives a bigint as
 * text.
 */
export type Database = {
  ledger_head: { origin: string | null; size: string; root: Buffer };
  ledger_leaf: {
    idx: string;
    leaf: Buffer;
    leaf_hash: Buffer;
    event_id: string;
    type: string;
    tenant: string;
    /** Null: it belongs to no request. */
    request_id: string | null;
    decision_id: string | null;
    at_ms: string;
    key_id: string | null;
    kind: string | null;
    provider: string | null;
    model: string | null;
    cost: string | null;
    reason: string | null;
    tags: string[] | null;
    decision_idx: string | null;
  };
  ledger_block: { n: string; from_ms: string | null; to_ms: string | null; facets: string[] };
  ledger_node: { level: number; n: string; hash: Buffer };
  ledger_tile: { n: string; nodes: Buffer };
  ledger_checkpoint: { size: string; root: Buffer; note: string; signed_at: Generated<Date> };
  ledger_cosignature: { size: string; witness: string; line: string };
  ledger_witnessed: { size: string };
  ledger_producer: {
    key_id: string;
    service: string;
    public_key: Buffer;
    added_at: Generated<Date>;
    added_by: string | null;
    retired_by: string | null;
  };
  ledger_log_key: {
    key_id: string;
    origin: string;
    public_key: Buffer;
    added_at: Generated<Date>;
    added_by: string;
    retired_by: string | null;
    statement: string | null;
  };
  ledger_label: { request_id: string; tenant: string; labels: unknown };
  document: { digest: string; kind: string; media_type: string; body: Buffer; created_at: Generated<Date> };
  replay_job: {
    id: string;
    tenant: string | null;
    state: string;
    job: unknown;
    is_cancel_asked: Generated<boolean>;
    is_recorded: Generated<boolean>;
    updated_at: Generated<Date>;
  };
};
