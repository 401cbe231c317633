import { Frontier, HASH_BYTES } from "@signalbox/tlog";
import type { Client } from "pg";

/** As migration 0004 cuts the leaves. */
const PARTITION_LEAVES = 1_048_576;
const HASHES_PAGE = 65_536;

/** The first leaf's time; one follows another after ten milliseconds. */
export const SYNTHETIC_START_MS = 1_700_000_000_000;
export const SYNTHETIC_STEP_MS = 10;

/**
 * Fills an empty log with leaves of 1 KB, a decision and its outcome by turns, with a hundred tenants, a thousand keys,
 * forty models and whatever else queries ask for, frequent and rare. Everything follows from the index.
 */
const FILL = `
  insert into %I (idx, leaf, leaf_hash, event_id, type, tenant, request_id, decision_id, at_ms, key_id, kind, provider,
    model, cost, reason, tags, decision_idx)
  select idx, leaf, sha256('\\x00'::bytea || leaf), ('00000000-0000-7000-9000-' || lpad(to_hex(idx), 12, '0'))::uuid,
    case when d then 'decision' else 'outcome' end, 'tenant-' || h % 100,
    ('00000000-0000-7000-8000-' || lpad(to_hex(idx / 2), 12, '0'))::uuid,
    ('00000000-0000-7000-a000-' || lpad(to_hex(idx / 2), 12, '0'))::uuid,
    ${SYNTHETIC_START_MS} + idx * ${SYNTHETIC_STEP_MS},
    case when d then 'key-' || h % 1000 end,
    case when not d then 'completed' when h % 100 < 3 then 'refuse' when h % 100 < 10 then 'serve-cached' else 'route' end,
    'provider-' || h / 7 % 10, 'model-' || h / 7 % 40,
    case when not d then (10 ^ (6 + h % 6000 / 1000.0))::numeric(31, 0) end,
    case when not d then null when h % 100 < 3 then 'policy-refused: project ' || h % 50 || ' may not use this model'
      when h % 500000 = 77 then 'only-one-left' else 'cheapest-good-enough' end,
    case when d and h % 5 = 0 then array['tag-' || h / 5 % 200] when d and h % 1000000 = 3 then array['tag-rare'] end,
    case when not d then idx - 1 end
  from generate_series($1::bigint, $2::bigint - 1) as idx,
    lateral (select idx % 2 = 0 as d, abs(hashint8extended(idx / 2, 7)) as h,
      convert_to(rpad('leaf ' || idx || ' ', 1024, md5(idx::text)), 'UTF8') as leaf) as one`;

/** Makes a log of so many leaves in an empty database, head and all; `owner` owns its tables. */
export async function fillSyntheticLog(
  owner: Client,
  leaves: number,
  onProgress: (leaves: number) => void,
): Promise<void> {
  await owner.query("set maintenance_work_mem = '1GB'; set synchronous_commit = off");
  for (let from = 0; from < leaves; from += PARTITION_LEAVES) {
    await fillPartition(owner, from, Math.min(leaves, from + PARTITION_LEAVES));
    onProgress(Math.min(leaves, from + PARTITION_LEAVES));
  }
  await owner.query("insert into ledger_event select event_id, idx, leaf_hash from ledger_leaf order by idx");
  await owner.query(`insert into ledger_request
    select request_id, idx, decision_id from ledger_leaf where type = 'outcome' order by idx`);
  const tree = await treeOf(owner, leaves);
  await owner.query("update ledger_head set size = $1, root = $2, frontier = $3, open_from = $1", [
    leaves,
    tree.root(),
    tree.toBytes(),
  ]);
  await owner.query("analyze ledger_leaf, ledger_event, ledger_request");
}

/** Rows first and then the indexes, which are built as the partition is attached. */
async function fillPartition(owner: Client, from: number, to: number): Promise<void> {
  const part = from / PARTITION_LEAVES;
  const name = `ledger_leaf_${part}`;
  if (part > 0) {
    await owner.query(`create table ${name} (like ledger_leaf including defaults including constraints including storage)
      with (toast_tuple_target = 8160)`);
  }
  await owner.query(FILL.replace("%I", name).replace("$1", String(from)).replace("$2", String(to)));
  if (part === 0) return;
  const end = from + PARTITION_LEAVES;
  await owner.query(`alter table ledger_leaf attach partition ${name} for values from (${from}) to (${end})`);
}

async function treeOf(owner: Client, leaves: number): Promise<Frontier> {
  const tree = Frontier.empty();
  for (let from = 0; from < leaves; from += HASHES_PAGE) {
    const { rows } = await owner.query<{ hashes: Buffer }>(
      "select string_agg(leaf_hash, ''::bytea order by idx) as hashes from ledger_leaf where idx >= $1 and idx < $2",
      [from, Math.min(leaves, from + HASHES_PAGE)],
    );
    const hashes = rows[0]?.hashes ?? Buffer.alloc(0);
    for (let at = 0; at < hashes.length; at += HASH_BYTES) tree.append(hashes.subarray(at, at + HASH_BYTES));
  }
  return tree;
}
