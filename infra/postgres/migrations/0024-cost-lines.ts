import { sql, type Kysely } from "kysely";

/**
 * What requests cost, read out of the register once: a line for each attempt of an outcome, with who asked. It is made
 * from leaves alone and can be made again; who reads costs brings it up to the register first.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createLines(db);
  await createPayload(db);
  await createAsker(db);
  await createBook(db);
  await sql`grant select on cost_line to signalbox_ingress`.execute(db);
  // Tags and end users are told by the words that stand beside the leaves, as long as these do.
  await sql`grant select (request_id, labels) on ledger_label to signalbox_ingress`.execute(db);
  await sql`revoke execute on function cost_payload(bytea), cost_asker(uuid), cost_book(integer) from public`.execute(
    db,
  );
  await createPositions(db);
  await sql`grant execute on function cost_book(integer), cost_positions() to signalbox_ingress`.execute(db);
}

async function createLines(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table cost_line (
      -- The outcome's leaf, and which of its attempts; 1 for an outcome without any.
      idx bigint not null,
      part integer not null,
      -- The last attempt's line stands for the request.
      is_last boolean not null,
      at_ms bigint not null,
      request_id uuid not null,
      decision_id uuid,
      tenant text not null,
      key_id text,
      team text,
      project text,
      -- Or the service account.
      user_name text,
      end_user text,
      result text not null,
      provider text,
      model text,
      -- Of the attempt; null where nobody counted them.
      input_tokens bigint,
      cached_tokens bigint,
      cache_write_tokens bigint,
      output_tokens bigint,
      -- Pico-USD; null where nobody knows it.
      cost numeric(31, 0),
      -- Whether all attempts of the request are priced, so that its cost is known.
      priced boolean not null,
      -- Of a request that nobody saw the end of: the most that its plan could cost. Null: nobody knows.
      estimate numeric(31, 0),
      -- Answered, counted and priced: what can be compared with another model's price.
      comparable boolean not null,
      -- The digest of the price list that the request was decided by.
      catalogue text,
      primary key (idx, part)
    )`.execute(db);
  await sql`create index cost_line_by_time on cost_line (at_ms)`.execute(db);
  await sql`create index cost_line_by_decision on cost_line (decision_id)`.execute(db);
  await sql`
    create index cost_line_of_nobody on cost_line (decision_id)
    where key_id is null and decision_id is not null`.execute(db);
  await sql`
    create table cost_cursor (
      one boolean primary key default true check (one),
      next_idx bigint not null
    )`.execute(db);
  await sql`insert into cost_cursor (next_idx) values (0)`.execute(db);
}

/** The event in a leaf. Null for one that cannot be read: it must not hold up the rest. */
async function createPayload(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function cost_payload(p_leaf bytea) returns jsonb
    language plpgsql immutable strict set search_path = public, pg_temp as $$
    begin
      return convert_from(decode(convert_from(p_leaf, 'UTF8')::json ->> 'payload', 'base64'), 'UTF8')::jsonb;
    exception when others then
      return null;
    end $$`.execute(db);
}

/** Who asked for a decision, by what the decision's leaf says; where it says nothing, as the key is bound now. */
async function createAsker(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function cost_asker(p_decision uuid)
    returns table (key_id text, team text, project text, user_name text, end_user text, estimate numeric, catalogue text)
    language sql stable set search_path = public, pg_temp as $$
      select d.key_id, coalesce(d.event #>> '{input,context,team}', k.team),
        coalesce(d.event #>> '{input,context,project}', k.project), coalesce(d.event #>> '{input,context,user}', d.event #>> '{input,context,serviceAccount}', k.user_id,
          k.service_account),
        d.event #>> '{input,facts,labels,user}',
        (select max((r ->> 'costPicoUsd')::numeric) from jsonb_array_elements(d.event #> '{decision,ranked}') as r
          where d.event #> '{decision,action,plan}' ? (r ->> 'endpoint')),
        d.event #>> '{input,documents,catalogue}'
      from (
        select l.key_id, cost_payload(l.leaf) as event from ledger_leaf l
        where l.type = 'decision' and l.decision_id = p_decision order by l.idx limit 1
      ) d
      left join virtual_key k on k.id = d.key_id
    $$`.execute(db);
}

/**
 * Reads at most so many more leaves. Answers with how far it got and how far the register is; somebody else who is at
 * it is waited for.
 */
async function createBook(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function cost_book(p_most integer) returns table (read bigint, size bigint)
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
          w.catalogue
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

/** How far budgets are booked and costs are read: as far as the register goes while there is nothing to book. */
async function createPositions(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function cost_positions() returns table (booked bigint, read bigint, size bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
      select coalesce(b.next_idx, h.size), c.next_idx, h.size from ledger_head h, budget_cursor b, cost_cursor c
    $$`.execute(db);
  await sql`revoke execute on function cost_positions() from public`.execute(db);
}
