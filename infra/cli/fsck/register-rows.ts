import type { Client } from "pg";

/** A page of leaves, of 4 KB each, is some megabytes. */
const LEAVES_PAGE = 1_024;
const CHECKPOINTS_PAGE = 1_024;

export type LeafRow = {
  readonly idx: string;
  readonly leaf: Buffer;
  readonly leaf_hash: Buffer;
  readonly event_id: string;
  readonly type: string;
  readonly tenant: string;
  readonly request_id: string | null;
  readonly decision_id: string | null;
  readonly at_ms: string;
  /** As the side tables have them; null where they have no row. */
  readonly event_idx: string | null;
  readonly event_leaf_hash: Buffer | null;
  readonly outcome_idx: string | null;
};

/** All leaves below an index in their order, with what the side tables say of them. */
export async function* leafRows(client: Client, size: number): AsyncGenerator<LeafRow> {
  for (let from = 0n; from < BigInt(size);) {
    const { rows } = await client.query<LeafRow>(
      `select l.idx, l.leaf, l.leaf_hash, l.event_id, l.type, l.tenant, l.request_id, l.decision_id, l.at_ms,
         e.idx as event_idx, e.leaf_hash as event_leaf_hash, r.outcome_idx
       from ledger_leaf l
       left join ledger_event e on e.event_id = l.event_id
       left join ledger_request r on r.request_id = l.request_id
       where l.idx >= $1 and l.idx < $2 order by l.idx limit ${LEAVES_PAGE}`,
      [String(from), String(size)],
    );
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    from = BigInt(last.idx) + 1n;
  }
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

/** How many rows a side table has, and how many leaves it should have rows for, below a size. */
export async function sideCounts(
  client: Client,
  size: number,
): Promise<{ readonly events: number; readonly outcomes: number; readonly beyond: number }> {
  const { rows } = await client.query<{ events: string; outcomes: string; beyond: string }>(
    `select (select count(*) from ledger_event where idx < $1) as events,
       (select count(*) from ledger_request where outcome_idx < $1) as outcomes,
       (select count(*) from ledger_leaf where idx < 0 or idx >= (select size from ledger_head)) as beyond`,
    [String(size)],
  );
  const [row] = rows;
  return { events: Number(row?.events), outcomes: Number(row?.outcomes), beyond: Number(row?.beyond) };
}

/** The producers' raw public keys with their services. */
export async function producerRows(
  client: Client,
): Promise<{ readonly service: string; readonly public_key: Buffer }[]> {
  return (
    await client.query<{ service: string; public_key: Buffer }>("select service, public_key from ledger_producer")
  ).rows;
}
