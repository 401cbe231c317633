import { sql, type Kysely } from "kysely";

/** What is written to a provider's cache for an hour has a price of its own, so lines of costs count it apart. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Of `cache_write_tokens`; null for none.
  await sql`alter table cost_line add column cache_write_hour_tokens bigint`.execute(db);
  await sql`
    update cost_line c set cache_write_hour_tokens = least(c.cache_write_tokens,
      (cost_payload(l.leaf) -> 'attempts' -> (c.part - 1) -> 'usage' ->> 'cacheWriteHourTokens')::bigint)
    from ledger_leaf l where l.idx = c.idx and c.cache_write_tokens > 0`.execute(db);
  await createBook(db);
}

/** As it was, with these tokens. */
async function createBook(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function cost_book(p_most integer) returns table (read bigint, size bigint)
    language plpgsql security definer set search_path = public, pg_temp as $$
    declare
      v_from bigint; v_to bigint; v_size bigint; v_late uuid;
    begin
      select next_idx into strict v_from from cost_cursor for update;
      select h.size into strict v_size from ledger_head h;
      v_to := least(v_size, v_from + p_most);
      if v_to > v_from then
        insert into cost_line
        select o.idx, coalesce(t.part, 1), coalesce(t.part = jsonb_array_length(o.event -> 'attempts'), true), o.at_ms,
          o.request_id, o.decision_id, o.tenant, w.key_id, w.team, w.project, w.user_name, w.end_user, o.kind,
          case when t.attempt is null then o.provider else split_part(t.attempt ->> 'endpoint', '/', 1) end,
          case when t.attempt is null then o.model
            else substr(t.attempt ->> 'endpoint', strpos(t.attempt ->> 'endpoint', '/') + 1) end,
          (u.usage ->> 'inputTokens')::bigint, (u.usage ->> 'cachedInputTokens')::bigint,
          (u.usage ->> 'cacheWriteTokens')::bigint, (u.usage ->> 'outputTokens')::bigint,
          case when t.attempt is null then o.cost else (t.attempt ->> 'costPicoUsd')::numeric end,
          o.cost is not null,
          case when o.kind = 'abandoned' then w.estimate end,
          o.kind in ('completed', 'client-aborted') and o.cost is not null
            and o.event #>> '{usage,source}' in ('reported', 'estimated') and t.attempt is not null,
          w.catalogue, least((u.usage ->> 'cacheWriteHourTokens')::bigint, (u.usage ->> 'cacheWriteTokens')::bigint)
        from (
          select *, cost_payload(leaf) as event from ledger_leaf
          where type = 'outcome' and idx >= v_from and idx < v_to
        ) o
        left join lateral jsonb_array_elements(o.event -> 'attempts') with ordinality as t (attempt, part) on true
        left join lateral (
          select case when t.attempt #>> '{usage,source}' in ('reported', 'estimated') then t.attempt -> 'usage' end
        ) as u (usage) on true
        left join lateral cost_asker(o.decision_id) as w on true
        on conflict do nothing;
        -- A register that was killed takes what it held a second time, so an outcome may stand before its decision.
        for v_late in
          select distinct c.decision_id from cost_line c join ledger_leaf d using (decision_id)
          where c.key_id is null and c.decision_id is not null and d.type = 'decision' and d.idx >= v_from and d.idx < v_to
        loop
          update cost_line c set key_id = w.key_id, team = w.team, project = w.project, user_name = w.user_name,
            end_user = w.end_user, catalogue = w.catalogue,
            estimate = case when c.result = 'abandoned' then w.estimate end
          from cost_asker(v_late) as w where c.decision_id = v_late;
        end loop;
        update cost_cursor set next_idx = v_to;
      end if;
      return query select v_to, v_size;
    end $$`.execute(db);
}
