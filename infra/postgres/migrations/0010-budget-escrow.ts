import { sql, type Kysely } from "kysely";

/**
 * What moves a budget's amounts, as `EscrowAccount` in libs/decision says: each function is one step and may come again.
 * They lock accounts before leases, always, and run as the owner, so that policy may take these steps and no others.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createRollOff(db);
  await createAsk(db);
  await createGiveBack(db);
  await createBookReserved(db);
  await createBookSettled(db);
  await createApply(db);
  await createSkip(db);
  await createExpire(db);
  const functions = [
    "budget_ask(text, bigint, bigint, text, text, text, numeric, bigint, bigint)",
    "budget_give_back(text, text, numeric)",
    "budget_apply(bigint, bigint, jsonb, jsonb)",
    "budget_skip_to(bigint)",
    "budget_expire(bigint, bigint)",
  ];
  for (const signature of functions) {
    await sql.raw(`revoke execute on function ${signature} from public`).execute(db);
    await sql.raw(`grant execute on function ${signature} to signalbox_policy`).execute(db);
  }
  await sql`revoke execute on function budget_roll_off(bigint, bigint) from public`.execute(db);
}

/** A rolling window has moved on. The account is locked by whoever calls. Rows of limits are of no further use. */
async function createRollOff(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function budget_roll_off(p_account bigint, p_begins_ms bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
    begin
      with gone as (
        update budget_reservation set rolled_off = true
        where account = p_account and at_ms < p_begins_ms and settled is not null and not rolled_off
        returning settled
      )
      update budget_account set rolled_off = rolled_off + (select coalesce(sum(settled), 0) from gone)
      where id = p_account and exists (select from gone);
      delete from budget_reservation r using budget_account a, budget b
      where r.account = p_account and r.rolled_off and r.at_ms < p_begins_ms
        and a.id = r.account and b.id = a.budget and b.kind <> 'budget';
    end $$`.execute(db);
}

/**
 * Adds to a lease, or makes it: as much as is needed now, or a share of what is available that leaves as much for the
 * others (`leaseSize`). Answers with the account as it is then, and with the time at which more of it comes free.
 */
async function createAsk(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function budget_ask(
      p_budget text, p_starts_ms bigint, p_ends_ms bigint, p_question text, p_lease text, p_instance text,
      p_needed numeric, p_until_ms bigint, p_now_ms bigint
    ) returns table (answer text, granted text, until_ms bigint, available text, amount text, settled text, frees_at_ms bigint,
      held_elsewhere text)
    language plpgsql security definer set search_path = public, pg_temp as $$
    declare
      b budget; a budget_account; l budget_lease; free numeric; replicas bigint; extra numeric := 0; word text;
    begin
      select * into strict b from budget where id = p_budget;
      insert into budget_account (budget, starts_ms, ends_ms) values (p_budget, p_starts_ms, p_ends_ms)
        on conflict do nothing;
      select * into strict a from budget_account where budget = p_budget and starts_ms = p_starts_ms for update;
      if b.span = 'rolling' then
        perform budget_roll_off(a.id, p_now_ms - b.rolling_ms);
        select * into strict a from budget_account where id = a.id;
      end if;
      update budget_cursor set next_idx = (select size from ledger_head) where next_idx is null;
      select * into l from budget_lease where id = p_lease;
      free := greatest(0, b.amount - a.settled + a.rolled_off - a.outstanding - a.escrow);
      if l.ended then
        word := 'ended';
      elsif l.question = p_question then
        word := 'granted'; extra := l.granted;
      else
        select count(distinct instance) into replicas from budget_lease where account = a.id and not ended;
        if not exists (select from budget_lease where account = a.id and not ended and instance = p_instance) then
          replicas := replicas + 1;
        end if;
        extra := least(free, greatest(p_needed, trunc(free / (replicas * 4))));
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
        (select coalesce(sum(escrow), 0)::text from budget_lease where account = a.id and not ended and instance <> p_instance);
    end $$`.execute(db);
}

async function createGiveBack(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function budget_give_back(p_lease text, p_question text, p_unused numeric) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
    declare
      l budget_lease;
    begin
      perform from budget_account where id = (select account from budget_lease where id = p_lease) for update;
      update budget_lease set escrow = escrow - p_unused, returned = p_question
        where id = p_lease and not ended and returned <> p_question returning * into l;
      if found then update budget_account set escrow = escrow - p_unused where id = l.account; end if;
    end $$`.execute(db);
}

/** What decisions set aside leaves their leases. */
async function createBookReserved(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function budget_book_reserved(p_reserved jsonb) returns void
    language sql security definer set search_path = public, pg_temp as $$
      with taken as (
        insert into budget_reservation (decision_id, budget, account, lease, amount, at_ms)
        select o.decision, o.budget, l.account, l.id, o.amount, o.at_ms
        from jsonb_to_recordset(p_reserved)
          as o (decision uuid, budget text, lease text, amount numeric, at_ms bigint)
        join budget_lease l on l.id = o.lease
        on conflict do nothing
        returning decision_id, budget, account, lease, amount
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
      update budget_account a set outstanding = a.outstanding + t.amount,
        escrow = a.escrow - coalesce((select sum(amount) from left_lease l where l.account = a.id), 0)
      from (select account, sum(amount) as amount from taken group by account) t where a.id = t.account
    $$`.execute(db);
  await sql`revoke execute on function budget_book_reserved(jsonb) from public`.execute(db);
}

/** What outcomes cost leaves what was set aside; the rest of that becomes available again. */
async function createBookSettled(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function budget_book_settled(p_settled jsonb) returns void
    language sql security definer set search_path = public, pg_temp as $$
      with done as (
        update budget_reservation r set settled = o.amount
        from jsonb_to_recordset(p_settled) as o (decision uuid, budget text, amount numeric, leaf bigint)
        where r.decision_id = o.decision and r.budget = o.budget and r.settled is null
        returning r.account, r.budget, r.decision_id, o.leaf, r.settled,
          case when r.expired then 0 else r.amount end as reserved
      ), moved as (
        select d.*, m.* from done d join budget b on b.id = d.budget and b.kind = 'budget',
        lateral (values
          ('settlement', 'reserved', 'spent', least(d.settled, d.reserved), null),
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
        from done group by account
      ) t where a.id = t.account
    $$`.execute(db);
  await sql`revoke execute on function budget_book_settled(jsonb) from public`.execute(db);
}

/**
 * Books what leaves [p_from, p_to) say: `p_reserved` [{decision, budget, lease, amount, at_ms, leaf}] and then
 * `p_settled` [{decision, budget, amount, leaf}]. Null when somebody else was faster; else the alerts that are due.
 */
async function createApply(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function budget_apply(p_from bigint, p_to bigint, p_reserved jsonb, p_settled jsonb)
    returns table (budget text, starts_ms bigint, share integer, settled text, amount text)
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
        select a.budget, a.starts_ms, c.share, c.settled::text, b.amount::text
        from crossed c join budget_account a on a.id = c.account join budget b on b.id = a.budget;
    end $$`.execute(db);
}

/** Where nothing is leased and nobody waits for an outcome, leaves before `p_idx` have nothing to book. */
async function createSkip(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function budget_skip_to(p_idx bigint) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
    begin
      if exists (select from budget_lease where not ended)
        or exists (select from budget_reservation where settled is null and not expired) then return false; end if;
      update budget_cursor set next_idx = greatest(next_idx, p_idx);
      return true;
    end $$`.execute(db);
}

/**
 * Ends the leases that nobody holds any more, once every decision that was made before `p_read_up_to_ms` is booked, and
 * gives up on the outcomes of decisions that were made before `p_made_before_ms`. How many of both.
 */
async function createExpire(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function budget_expire(p_read_up_to_ms bigint, p_made_before_ms bigint)
    returns table (leases bigint, reservations bigint)
    language plpgsql security definer set search_path = public, pg_temp as $$
    begin
      perform from budget_account a where a.id in (
        select account from budget_lease where not ended and until_ms <= p_read_up_to_ms
        union select account from budget_reservation where at_ms < p_made_before_ms and settled is null and not expired
      ) order by a.id for update;
      return query
        with over as (
          update budget_lease set ended = true where not ended and until_ms <= p_read_up_to_ms
          returning account, escrow
        ), given_up as (
          update budget_reservation set expired = true
          where at_ms < p_made_before_ms and settled is null and not expired
          returning account, budget, decision_id, budget_reservation.amount
        ), booked as (
          insert into budget_entry (account, kind, debit, credit, amount, reason, decision_id)
          select g.account, 'adjustment', 'reserved', 'available', g.amount, 'expired', g.decision_id
          from given_up g join budget b on b.id = g.budget where b.kind = 'budget' and g.amount > 0
        ), freed as (
          select account, sum(escrow) as escrow, sum(reserved) as reserved from (
            select account, escrow, 0 as reserved from over
            union all select account, 0, amount from given_up
          ) each group by account
        ), changed as (
          update budget_account a set escrow = a.escrow - f.escrow, outstanding = a.outstanding - f.reserved
          from freed f where a.id = f.account
        )
        select (select count(*) from over), (select count(*) from given_up);
      -- What is of no further use: nothing that is booked from now on can name these leases, and places are free again.
      delete from budget_lease where ended and until_ms < p_read_up_to_ms - 3600000;
      delete from budget_reservation r using budget b
      where b.id = r.budget and b.kind = 'concurrency' and r.settled is not null and r.at_ms < p_made_before_ms;
    end $$`.execute(db);
}
