import { sql, type Kysely } from "kysely";

/** As `budget_ask` before; when something comes free is known from buckets too, and without reading what is long settled. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createAsk(db);
}

async function createAsk(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function budget_ask(
      p_budget text, p_subject text, p_starts_ms bigint, p_ends_ms bigint, p_question text, p_lease text,
      p_instance text, p_needed numeric, p_until_ms bigint, p_now_ms bigint
    ) returns table (answer text, granted text, until_ms bigint, available text, amount text, settled text,
      frees_at_ms bigint, held_elsewhere text)
    language plpgsql security definer set search_path = public, pg_temp as $$
    declare
      b budget; a budget_account; l budget_lease; free numeric; replicas bigint; extra numeric := 0; word text;
    begin
      select * into strict b from budget where id = p_budget;
      insert into budget_account (budget, starts_ms, ends_ms, subject)
        values (p_budget, p_starts_ms, p_ends_ms, p_subject) on conflict do nothing;
      select * into strict a from budget_account
        where budget = p_budget and starts_ms = p_starts_ms and subject = p_subject for update;
      if b.span = 'rolling' then
        perform budget_roll_off(a.id, p_now_ms - b.rolling_ms);
        select * into strict a from budget_account where id = a.id;
      end if;
      update budget_cursor set next_idx = (select size from ledger_head) where next_idx is null;
      select * into l from budget_lease where id = p_lease;
      free := b.amount - a.settled + a.rolled_off - a.outstanding - a.escrow;
      if b.at_limit = 'block' then free := greatest(0, free); end if;
      if l.ended then
        word := 'ended';
      elsif l.question = p_question then
        word := 'granted'; extra := l.granted;
      else
        select count(distinct instance) into replicas from budget_lease where account = a.id and not ended;
        if not exists (select from budget_lease where account = a.id and not ended and instance = p_instance) then
          replicas := replicas + 1;
        end if;
        extra := greatest(p_needed, trunc(free / (replicas * 4)));
        if b.at_limit = 'pass' then extra := greatest(extra, trunc(b.amount / (replicas * 64)));
        else extra := least(free, extra); end if;
        word := case when extra > 0 then 'granted' else 'exhausted' end;
        if extra > 0 then
          insert into budget_lease (id, account, instance, escrow, until_ms, question, granted)
          values (p_lease, a.id, p_instance, extra, p_until_ms, p_question, extra)
          on conflict (id) do update set escrow = budget_lease.escrow + extra, question = p_question, granted = extra,
            until_ms = greatest(budget_lease.until_ms, p_until_ms);
          update budget_account set escrow = escrow + extra where id = a.id;
          free := free - extra;
        end if;
      end if;
      return query select word, extra::text, p_until_ms, free::text, b.amount::text, (a.settled - a.rolled_off)::text,
        case when b.span = 'rolling' then b.rolling_ms + least(
          (select min(r.at_ms) from budget_reservation r where r.account = a.id and r.settled is null and not r.expired),
          (select min(r.at_ms) from budget_reservation r
            where r.account = a.id and r.settled is not null and not r.rolled_off),
          (select min(k.ends_ms) from budget_bucket k where k.account = a.id))
        else a.ends_ms end,
        (select coalesce(sum(escrow), 0)::text from budget_lease
          where account = a.id and not ended and instance <> p_instance);
    end $$`.execute(db);
}
