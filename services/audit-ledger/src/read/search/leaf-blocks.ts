import { repeatWork, type Logger } from "@signalbox/kit";
import { sql, type Kysely } from "kysely";
import type { Database } from "../../database.ts";
import { BLOCK_LEAVES } from "./block-facets.ts";

const CHECK_EVERY_MS = 500;

export type LeafBlocksOptions = {
  readonly db: Kysely<Database>;
  readonly log: Logger;
  /** One instance of several is enough. */
  readonly isLeading: () => boolean;
};

/** Keeps `ledger_block` up with the log: each block is described once all of its leaves are there. */
export function keepLeafBlocks({ db, log, isLeading }: LeafBlocksOptions): AsyncDisposable {
  const stop = new AbortController();
  const describing = repeatWork({
    everyMs: CHECK_EVERY_MS,
    work: async () => {
      if (isLeading()) await describeNext(db, stop.signal);
    },
    onFailure: (error) => log.warn({ err: error }, "blocks of leaves could not be described"),
  });
  return {
    [Symbol.asyncDispose]() {
      stop.abort();
      return describing[Symbol.asyncDispose]();
    },
  };
}

async function describeNext(db: Kysely<Database>, stop: AbortSignal): Promise<void> {
  const { rows } = await sql<{ size: string; next: string }>`
    select size, (select coalesce(max(n) + 1, 0) from ledger_block) as next from ledger_head`.execute(db);
  const [from, full] = [Number(rows[0]?.next), Math.floor(Number(rows[0]?.size) / BLOCK_LEAVES)];
  for (let n = from; n < full && !stop.aborted; n += 1) await describeBlock(db, n);
}

/**
 * Writes what a block's decisions can be found by, and adds what its outcomes say to the blocks of their decisions,
 * which are this one and those before it. Blocks are described in order, so the row of an earlier one is there.
 */
async function describeBlock(db: Kysely<Database>, n: number): Promise<void> {
  await sql`
    with leaf as materialized (
      select idx, type, tenant, at_ms, key_id, kind, provider, model, cost, reason, tags,
        case when type = 'decision' then idx else coalesce(decision_idx,
          (select min(d.idx) from ledger_leaf d where d.decision_id = l.decision_id and d.type = 'decision')) end
          / ${sql.lit(BLOCK_LEAVES)} as n
      from ledger_leaf l
      where idx >= ${n * BLOCK_LEAVES} and idx < ${(n + 1) * BLOCK_LEAVES} and type in ('decision', 'outcome')
    ), said as (
      select n, 'provider ' || provider as facet from leaf where provider is not null
      union select n, 'model ' || model from leaf where model is not null
      union select n, 'cost ' || length(cost::text) || rank
        from leaf, unnest(array[left(cost::text, 1), rpad(left(cost::text, 2), 2, '0')]) as rank
        where cost is not null
      union select n, 'tenant ' || tenant from leaf where type = 'decision'
      union select n, 'key ' || key_id from leaf where type = 'decision'
      union select n, 'kind ' || kind from leaf where type = 'decision'
      union select n, 'tag ' || tag from leaf, unnest(tags) as tag
      union select n, 'word ' || word
        from (select distinct n, reason from leaf where reason is not null) as r,
          unnest(tsvector_to_array(to_tsvector('simple', reason))) as word
    ), described as (
      select n, array_agg(facet) as facets from said where n <= ${n} group by n
      union all select ${n}, '{}' where not exists (select from said where n = ${n})
    )
    insert into ledger_block as block (n, from_ms, to_ms, facets)
    select n, times.from_ms, times.to_ms, facets
    from described left join
      (select ${n}::bigint as n, min(at_ms) as from_ms, max(at_ms) as to_ms from leaf where type = 'decision') as times
      using (n)
    on conflict (n) do update
      set facets = array(select unnest(block.facets) union select unnest(excluded.facets))
      where not block.facets @> excluded.facets`.execute(db);
}
