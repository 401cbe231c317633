import type { StoredColumns } from "@signalbox/audit-ledger/derived";
import type { KeyChange } from "@signalbox/tlog";
import type { Client } from "pg";

/** A page of leaves, of 4 KB each, is some megabytes. */
const LEAVES_PAGE = 1_024;
const CHECKPOINTS_PAGE = 1_024;

export type LeafRow = StoredColumns & {
  readonly idx: string;
  readonly leaf: Buffer;
  readonly leaf_hash: Buffer;
  /** As the side tables have them; null where they have no row. */
  readonly event_idx: string | null;
  readonly event_leaf_hash: Buffer | null;
  readonly outcome_idx: string | null;
  readonly outcome_decision_id: string | null;
  readonly label_tenant: string | null;
  /** Of decisions: the request's plain labels, and the key of the tenant that they are said to be of. */
  readonly labels: unknown;
  readonly digest_key: Buffer | null;
};

/** All leaves below an index in their order, with what the side tables say of them. The database reads a page ahead. */
export async function* leafRows(client: Client, size: number): AsyncGenerator<LeafRow> {
  for (let next = leafPage(client, 0n, size); ;) {
    const rows = await next;
    const last = rows.at(-1);
    if (last === undefined) return;
    next = leafPage(client, BigInt(last.idx) + 1n, size);
    // Whoever reads no further does not await it.
    next.catch(() => {});
    yield* rows;
  }
}

async function leafPage(client: Client, from: bigint, size: number): Promise<LeafRow[]> {
  const { rows } = await client.query<LeafRow>(
    `select l.idx, l.leaf, l.leaf_hash, l.event_id, l.type, l.tenant, l.request_id, l.decision_id, l.at_ms,
        l.key_id, l.kind, l.provider, l.model, l.cost, l.reason, l.tags, l.decision_idx,
        e.idx as event_idx, e.leaf_hash as event_leaf_hash, r.outcome_idx, r.decision_id as outcome_decision_id,
        b.tenant as label_tenant, case when l.type = 'decision' then b.labels end as labels, t.digest_key
      from ledger_leaf l
      left join ledger_event e on e.event_id = l.event_id
      left join ledger_request r on r.request_id = l.request_id
      left join ledger_label b on b.request_id = l.request_id
      left join tenant t on t.id = b.tenant
      where l.idx >= $1 and l.idx < $2 order by l.idx limit ${LEAVES_PAGE}`,
    [String(from), String(size)],
  );
  return rows;
}

export type CheckpointRow = { readonly size: string; readonly root: Buffer; readonly note: string };

/** All checkpoints up to a size, smallest first. */
export async function* checkpointRows(client: Client, size: number): AsyncGenerator<CheckpointRow> {
  for (let from = -1n; ;) {
    const { rows } = await client.query<CheckpointRow>(
      `select size, root, note from ledger_checkpoint where size > $1 and size <= $2
       order by size limit ${CHECKPOINTS_PAGE}`,
      [String(from), String(size)],
    );
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    from = BigInt(last.size);
  }
}

/** The kept nodes of one tile's width, by their place. */
export async function nodeRows(client: Client, level: number, first: number): Promise<Map<number, Buffer>> {
  const { rows } = await client.query<{ n: string; hash: Buffer }>(
    "select n, hash from ledger_node where level = $1 and n >= $2 and n < $2 + 256",
    [level, String(first)],
  );
  return new Map(rows.map(({ n, hash }) => [Number(n), hash]));
}

/** The kept nodes of a full tile of leaves; null while there are none. */
export async function tileRow(client: Client, n: number): Promise<Buffer | null> {
  const { rows } = await client.query<{ nodes: Buffer }>("select nodes from ledger_tile where n = $1", [String(n)]);
  return rows[0]?.nodes ?? null;
}

export type HeadRow = {
  readonly origin: string | null;
  readonly size: string;
  readonly root: Buffer;
  readonly frontier: Buffer;
};

export async function headRow(client: Client): Promise<HeadRow> {
  const { rows } = await client.query<HeadRow>("select origin, size, root, frontier from ledger_head");
  const [row] = rows;
  if (row === undefined) throw new Error("the register has no head row");
  return row;
}

export type KeyRow = {
  readonly role: KeyChange["role"];
  readonly key_id: string;
  readonly name: string;
  readonly public_key: Buffer;
  readonly retired_by: string | null;
};

/** The producers' keys and the log's own, with the services and the logs that they are of. */
export async function keyRows(client: Client): Promise<KeyRow[]> {
  const { rows } = await client.query<KeyRow>(
    `select 'producer' as role, key_id, service as name, public_key, retired_by from ledger_producer
     union all select 'log', key_id, origin, public_key, retired_by from ledger_log_key`,
  );
  return rows;
}
