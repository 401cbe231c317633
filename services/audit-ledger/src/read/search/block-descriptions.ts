import { sql, type RawBuilder } from "kysely";
import { BLOCK_LEAVES } from "./block-facets.ts";

/** What is said of a block; the times are of its decisions, and null in a row that only its outcomes lead to. */
export type BlockDescription = {
  readonly n: string;
  readonly from_ms: string | null;
  readonly to_ms: string | null;
  readonly facets: readonly (string | null)[];
};

/**
 * What the leaves of block `n` say: what its decisions can be found by, and what its outcomes add to the blocks of their
 * decisions, which are this one and those before it. A row for each of these blocks.
 */
export function descriptionsIn(n: number): RawBuilder<BlockDescription> {
  return sql<BlockDescription>`
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
    select n, times.from_ms, times.to_ms, facets
    from described left join
      (select ${n}::bigint as n, min(at_ms) as from_ms, max(at_ms) as to_ms from leaf where type = 'decision') as times
      using (n)`;
}
