import { sql, type Kysely } from "kysely";

/**
 * Budgets of which everybody has one of its own, budgets that let requests through when they are spent, what is settled
 * for requests that nobody saw the end of, and whom an alert has been told.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await addTerms(db);
  await addDelivery(db);
  await createAsk(db);
  await createAskOfAll(db);
  await createRollOff(db);
  await createBookReserved(db);
  await createBookSettled(db);
  await createApply(db);
  await createClaim(db);
  const functions = [
    "budget_ask(text, text, bigint, bigint, text, text, text, numeric, bigint, bigint)",
    "budget_apply(bigint, bigint, jsonb, jsonb)",
    "budget_alert_claim(bigint, bigint, integer)",
    "budget_alert_told(bigint, integer, bigint)",
  ];
  for (const signature of functions) {
    await sql.raw(`revoke execute on function ${signature} from public`).execute(db);
    await sql.raw(`grant execute on function ${signature} to signalbox_policy`).execute(db);
  }
}

async function addTerms(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table budget
      -- Whose accounts it has: each of these has one of its own. Null: all requests of its scope share one.
      add column each_of text check (each_of in ('key', 'team', 'project', 'user', 'end-user')),
      -- What becomes of a request once it is spent.
      add column at_limit text not null default 'block' check (at_limit in ('block', 'pass')),
      -- The tenant-keyed digest of the user that requests name; end_user is who the line knows the caller for.
      add column end_user_digest text check (length(end_user_digest) between 1 and 128),
      add check (at_limit = 'block' or kind = 'budget')`.execute(db);
  await sql`
    alter table budget_account
      add column subject text not null default '' check (length(subject) <= 128),
      drop constraint budget_account_budget_starts_ms_key,
      add constraint budget_account_key unique (budget, starts_ms, subject)`.execute(db);
  // What it came to is taken for what was reserved, because nobody saw its end.
  await sql`alter table budget_reservation add column estimated boolean not null default false`.execute(db);
  await sql`
    alter table budget_entry
      drop constraint budget_entry_reason_check,
      add constraint budget_entry_reason_check check (reason in ('unused', 'excess', 'expired', 'abandoned'))`.execute(
    db,
  );
  await sql`create index budget_reservation_estimated on budget_reservation (account) where estimated`.execute(db);
}

async function addDelivery(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table budget_alert
      add column told_at timestamptz,
      add column given_up_at timestamptz,
      add column tries integer not null default 0,
      add column next_try_ms bigint not null default 0`.execute(db);
  await sql`
    create index budget_alert_untold on budget_alert (next_try_ms)
    where told_at is null and given_up_at is null`.execute(db);
}

/**
 * As `budget_ask` before, for one subject's account. A budget that lets requests through gives more than it has, a
 * share of the whole at a time, and says how far below nothing that takes it.
 */
async function createAsk(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function budget_ask(
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
        case when b.span = 'rolling' then
          (select min(r.at_ms) + b.rolling_ms from budget_reservation r where r.account = a.id and not r.rolled_off)
        else a.ends_ms end,
        (select coalesce(sum(escrow), 0)::text from budget_lease
          where account = a.id and not ended and instance <> p_instance);
    end $$`.execute(db);
}

/** For instances that know of no subjects. */
async function createAskOfAll(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function budget_ask(
      p_budget text, p_starts_ms bigint, p_ends_ms bigint, p_question text, p_lease text, p_instance text,
      p_needed numeric, p_until_ms bigint, p_now_ms bigint
    ) returns table (answer text, granted text, until_ms bigint, available text, amount text, settled text, frees_at_ms bigint,
      held_elsewhere text)
    language sql security definer set search_path = public, pg_temp as $$
      select * from budget_ask(p_budget, '', p_starts_ms, p_ends_ms, p_question, p_lease, p_instance, p_needed,
        p_until_ms, p_now_ms)
    $$`.execute(db);
}

/** As before; what a limit counted is deleted as soon as it counts no more. */
async function createRollOff(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function budget_roll_off(p_account bigint, p_begins_ms bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
    declare
      is_budget boolean; gone numeric;
    begin
      select b.kind = 'budget' into strict is_budget
        from budget_account a join budget b on b.id = a.budget where a.id = p_account;
      if is_budget then
        with old as (
          update budget_reservation set rolled_off = true
          where account = p_account and at_ms < p_begins_ms and settled is not null and not rolled_off returning settled
        ) select sum(settled) into gone from old;
      else
        with old as (
          delete from budget_reservation
          where account = p_account and at_ms < p_begins_ms and settled is not null and not rolled_off returning settled
        ) select sum(settled) into gone from old;
      end if;
      if gone is not null then update budget_account set rolled_off = rolled_off + gone where id = p_account; end if;
    end $$`.execute(db);
}

/** As before; a limit on requests counts what was admitted, whatever becomes of it, so there it is settled at once. */
async function createBookReserved(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function budget_book_reserved(p_reserved jsonb) returns void
    language sql security definer set search_path = public, pg_temp as $$
      with taken as (
        insert into budget_reservation (decision_id, budget, account, lease, amount, at_ms, settled)
        select o.decision, o.budget, l.account, l.id, o.amount, o.at_ms,
          case when b.kind = 'rate' and b.unit = 'requests' then o.amount end
        from jsonb_to_recordset(p_reserved)
          as o (decision uuid, budget text, lease text, amount numeric, at_ms bigint)
        join budget_lease l on l.id = o.lease join budget b on b.id = o.budget
        on conflict do nothing
        returning decision_id, budget, account, lease, amount, settled
      ), booked as (
        insert into budget_entry (account, kind, debit, credit, amount, decision_id, leaf)
        select t.account, 'reservation', 'available', 'reserved', t.amount, t.decision_id, o.leaf
        from taken t join budget b on b.id = t.budget
        join jsonb_to_recordset(p_reserved) as o (decision uuid, budget text, leaf bigint)
          on o.decision = t.decision_id and o.budget = t.budget
        where b.kind = 'budget' and t.amount > 0
      ), left_lease as (
        update budget_lease l set escrow = l.escrow - t.amount
        from (select lease, sum(amount) as amount from taken group by lease) t
        where l.id = t.lease and not l.ended
        returning l.account, t.amount
      )
      update budget_account a set outstanding = a.outstanding + t.amount - t.settled, settled = a.settled + t.settled,
        escrow = a.escrow - coalesce((select sum(amount) from left_lease l where l.account = a.id), 0)
      from (
        select account, sum(amount) as amount, sum(coalesce(settled, 0)) as settled from taken group by account
      ) t where a.id = t.account
    $$`.execute(db);
}

/**
 * As before; a place among requests at once is given back and forgotten. A row without an amount is that of a request that nobody saw the end of: all that was reserved for it is
 * settled, as an estimate.
 */
async function createBookSettled(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function budget_book_settled(p_settled jsonb) returns void
    language sql security definer set search_path = public, pg_temp as $$
      with given as (
        select o.*, b.kind from jsonb_to_recordset(p_settled)
          as o (decision uuid, budget text, amount numeric, leaf bigint) join budget b on b.id = o.budget
      ), left_place as (
        delete from budget_reservation r using given o
        where o.kind = 'concurrency' and r.decision_id = o.decision and r.budget = o.budget
        returning r.account, case when r.expired then 0 else r.amount end as reserved
      ), done as (
        update budget_reservation r set settled = coalesce(o.amount, r.amount), estimated = o.amount is null
        from given o
        where o.kind <> 'concurrency' and r.decision_id = o.decision and r.budget = o.budget and r.settled is null
        returning r.account, r.budget, r.decision_id, o.leaf, r.settled, r.estimated,
          case when r.expired then 0 else r.amount end as reserved
      ), moved as (
        select d.*, m.* from done d join budget b on b.id = d.budget and b.kind = 'budget',
        lateral (values
          ('settlement', 'reserved', 'spent', least(d.settled, d.reserved), case when d.estimated then 'abandoned' end),
          ('adjustment', 'reserved', 'available', d.reserved - d.settled, 'unused'),
          ('adjustment', 'available', 'spent', d.settled - d.reserved, 'excess')
        ) as m (kind, debit, credit, amount, reason)
        where m.amount > 0
      ), booked as (
        insert into budget_entry (account, kind, debit, credit, amount, reason, decision_id, leaf)
        select account, kind, debit, credit, amount, reason, decision_id, leaf from moved
      )
      update budget_account a set settled = a.settled + t.settled, outstanding = a.outstanding - t.reserved,
        excess = a.excess + t.excess
      from (
        select account, sum(settled) as settled, sum(reserved) as reserved,
          sum(greatest(0, settled - reserved)) as excess
        from (
          select account, settled, reserved from done union all select account, 0, reserved from left_place
        ) each group by account
      ) t where a.id = t.account
    $$`.execute(db);
}

/** As before; an alert says whose account it is. */
async function createApply(db: Kysely<unknown>): Promise<void> {
  await sql`drop function budget_apply(bigint, bigint, jsonb, jsonb)`.execute(db);
  await sql`
    create function budget_apply(p_from bigint, p_to bigint, p_reserved jsonb, p_settled jsonb)
    returns table (budget text, starts_ms bigint, share integer, settled text, amount text, subject text)
    language plpgsql security definer set search_path = public, pg_temp as $$
    begin
      update budget_cursor set next_idx = p_to where next_idx = p_from;
      if not found then raise exception 'the register is booked by somebody else' using errcode = '55P03'; end if;
      perform from budget_account a where a.id in (
        select l.account from jsonb_to_recordset(p_reserved) as o (lease text) join budget_lease l on l.id = o.lease
        union select r.account from jsonb_to_recordset(p_settled) as o (decision uuid, budget text)
          join budget_reservation r on r.decision_id = o.decision and r.budget = o.budget
      ) order by a.id for update;
      perform budget_book_reserved(p_reserved);
      perform budget_book_settled(p_settled);
      return query
        with crossed as (
          insert into budget_alert (account, share, settled)
          select a.id, s.share, a.settled - a.rolled_off
          from budget_account a join budget b on b.id = a.budget, unnest(b.alert_shares) as s (share)
          where b.kind = 'budget' and (a.settled - a.rolled_off) * 1000000 >= b.amount * s.share and a.id in (
            select r.account from jsonb_to_recordset(p_settled) as o (decision uuid, budget text)
            join budget_reservation r on r.decision_id = o.decision and r.budget = o.budget)
          on conflict do nothing
          returning *
        )
        select a.budget, a.starts_ms, c.share, c.settled::text, b.amount::text, a.subject
        from crossed c join budget_account a on a.id = c.account join budget b on b.id = a.budget;
    end $$`.execute(db);
}

/**
 * Alerts that are due to be told, held for whoever asked until `p_hold_ms` from now. What a day has passed over is not
 * told any more.
 */
async function createClaim(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function budget_alert_claim(p_now_ms bigint, p_hold_ms bigint, p_most integer)
    returns table (account bigint, budget text, subject text, unit text, starts_ms bigint, ends_ms bigint, share integer,
      settled text, amount text, at_ms bigint, tries integer)
    language sql security definer set search_path = public, pg_temp as $$
      with due as (
        select c.account, c.share from budget_alert c
        where c.told_at is null and c.given_up_at is null and c.next_try_ms <= p_now_ms and c.at > now() - interval '1 day'
        order by c.next_try_ms limit p_most for update skip locked
      ), held as (
        update budget_alert c set tries = c.tries + 1, next_try_ms = p_now_ms + p_hold_ms
        from due where c.account = due.account and c.share = due.share
        returning c.*
      )
      select h.account, a.budget, a.subject, b.unit, a.starts_ms, a.ends_ms, h.share, h.settled::text, b.amount::text,
        (extract(epoch from h.at) * 1000)::bigint, h.tries
      from held h join budget_account a on a.id = h.account join budget b on b.id = a.budget
    $$`.execute(db);
  // p_next_try_ms: null when it was told; 0 when it will not be tried again.
  await sql`
    create function budget_alert_told(p_account bigint, p_share integer, p_next_try_ms bigint) returns void
    language sql security definer set search_path = public, pg_temp as $$
      update budget_alert set
        told_at = case when p_next_try_ms is null then clock_timestamp() end,
        given_up_at = case when p_next_try_ms = 0 then clock_timestamp() end,
        next_try_ms = coalesce(p_next_try_ms, next_try_ms)
      where account = p_account and share = p_share and told_at is null
    $$`.execute(db);
}
