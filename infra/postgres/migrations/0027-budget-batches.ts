import { sql, type Kysely } from "kysely";

const BOOK =
  "budget_book(bigint, bigint, text[], uuid[], integer[], numeric[], bigint[], boolean[], numeric[], bigint[], text[], uuid[], integer[], numeric[])";
const FUNCTIONS = [
  "budget_count(bigint, bigint, bigint, numeric)",
  "budget_book_new(bigint, bigint, text[], uuid[], integer[], numeric[], bigint[], boolean[], numeric[])",
  "budget_book_ended(bigint, bigint, text[], uuid[], integer[], numeric[])",
  BOOK,
];

/**
 * What a batch of leaves books is summed before it is written: an entry is what a batch moved of one account, from one
 * side to another, and names the leaves that say so; what a limit counts stands in a few buckets of its window. Of money
 * each decision keeps its row in `budget_reservation`, with what was reserved and what it came to.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await widenEntries(db);
  await dropLookup(db);
  await createBuckets(db);
  await createBookNew(db);
  await createBookEnded(db);
  await createBook(db);
  await createApply(db);
  await createRollOff(db);
  for (const signature of FUNCTIONS) {
    await sql.raw(`revoke execute on function ${signature} from public`).execute(db);
  }
  await sql.raw(`grant execute on function ${BOOK} to signalbox_policy`).execute(db);
}

async function widenEntries(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table budget_entry
      -- Null: of all the decisions that leaves [leaf, leaf_to) name, so many.
      alter column decision_id drop not null,
      add column leaf_to bigint,
      add column decisions integer check (decisions > 0),
      add check (decision_id is not null or (leaf is not null and leaf_to > leaf and decisions is not null))`.execute(
    db,
  );
  await sql`drop index budget_entry_by_decision`.execute(db);
  await sql`create index budget_entry_by_decision on budget_entry (decision_id) where decision_id is not null`.execute(
    db,
  );
}

/** The functions below take a reservation's account from its lease, which refers to it; to look again costs a fifth of it all. */
async function dropLookup(db: Kysely<unknown>): Promise<void> {
  await sql`alter table budget_reservation drop constraint budget_reservation_account_fkey`.execute(db);
}

async function createBuckets(db: Kysely<unknown>): Promise<void> {
  // What a limit has counted and its window still holds: a hundredth of the window at a time, forgotten as a whole.
  await sql`
    create table budget_bucket (
      account bigint not null references budget_account (id),
      starts_ms bigint not null,
      ends_ms bigint not null check (ends_ms > starts_ms),
      settled numeric(31, 0) not null,
      primary key (account, starts_ms)
    ) with (fillfactor = 50)`.execute(db);
  await sql`
    create function budget_count(p_account bigint, p_rolling_ms bigint, p_at_ms bigint, p_settled numeric) returns void
    language sql security definer set search_path = public, pg_temp as $$
      insert into budget_bucket as k (account, starts_ms, ends_ms, settled)
      select p_account, p_at_ms - p_at_ms % w.ms, p_at_ms - p_at_ms % w.ms + w.ms, p_settled
      from (select greatest(1, coalesce(p_rolling_ms, 1) / 100) as ms) w
      on conflict (account, starts_ms) do update
        set settled = k.settled + excluded.settled, ends_ms = greatest(k.ends_ms, excluded.ends_ms)
    $$`.execute(db);
}

/**
 * What decisions set aside leaves their leases. What ended in the same batch is booked as that at once; a row of its own
 * is only kept where something is still waited for, and of money for ever. `p_lease` counts within `p_leases`.
 */
async function createBookNew(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function budget_book_new(p_from bigint, p_to bigint, p_leases text[], p_decisions uuid[], p_lease integer[],
      p_amounts numeric[], p_at_ms bigint[], p_ended boolean[], p_costs numeric[]) returns void
    language sql security definer set search_path = public, pg_temp as $$
      with held as materialized (
        select n.at, l.id, l.account, a.budget, b.kind, b.rolling_ms, b.kind = 'rate' and b.unit = 'requests' as at_once,
          b.span in ('day', 'week', 'month') as stays
        from unnest(p_leases) with ordinality as n (id, at) join budget_lease l on l.id = n.id
        join budget_account a on a.id = l.account join budget b on b.id = a.budget
      ), given as materialized (
        select x.decision, h.id as lease, h.account, h.budget, h.kind, h.rolling_ms, h.stays, x.amount, x.at_ms,
          case when h.at_once then x.amount when not x.ended then null when h.kind = 'concurrency' then 0
            else coalesce(x.cost, x.amount) end as settled,
          x.ended and x.cost is null and not h.at_once and h.kind <> 'concurrency' as estimated
        from unnest(p_decisions, p_lease, p_amounts, p_at_ms, p_ended, p_costs)
          as x (decision, lease, amount, at_ms, ended, cost) join held h on h.at = x.lease
      ), kept as (
        -- A window that ends as a whole has nothing to roll off, so its rows are not looked for.
        insert into budget_reservation (decision_id, budget, account, lease, amount, at_ms, settled, estimated, rolled_off)
        select decision, budget, account, lease, amount, at_ms, settled, estimated, stays from given
        where kind = 'budget' or settled is null
        on conflict do nothing returning account, lease, amount, settled, estimated
      ), taken as materialized (
        select account, lease, count(*)::integer as decisions, sum(amount) as amount, sum(settled) as settled,
          sum(amount) filter (where settled is not null) as ended,
          sum(least(settled, amount)) filter (where settled is not null and not estimated) as spent,
          sum(least(settled, amount)) filter (where estimated) as abandoned,
          sum(greatest(0, amount - settled)) as unused, sum(greatest(0, settled - amount)) as excess
        from (
          table kept union all
          select account, lease, amount, settled, estimated from given where kind <> 'budget' and settled is not null
        ) each group by account, lease
      ), booked as (
        insert into budget_entry (account, kind, debit, credit, amount, reason, leaf, leaf_to, decisions)
        select t.account, m.kind, m.debit, m.credit, m.amount, m.reason, p_from, p_to, t.decisions
        from taken t join budget_account a on a.id = t.account join budget b on b.id = a.budget and b.kind = 'budget',
        lateral (values
          ('reservation', 'available', 'reserved', t.amount, null),
          ('settlement', 'reserved', 'spent', t.spent, null),
          ('settlement', 'reserved', 'spent', t.abandoned, 'abandoned'),
          ('adjustment', 'reserved', 'available', t.unused, 'unused'),
          ('adjustment', 'available', 'spent', t.excess, 'excess')
        ) as m (kind, debit, credit, amount, reason)
        where m.amount > 0
      ), left_lease as (
        update budget_lease l set escrow = l.escrow - t.amount from taken t where l.id = t.lease and not l.ended
        returning l.account, t.amount
      ), counted as (
        select budget_count(account, rolling_ms, min(at_ms), sum(settled))
        from given where kind = 'rate' and settled is not null
        group by account, rolling_ms, at_ms / greatest(1, coalesce(rolling_ms, 1) / 100)
      )
      update budget_account a set outstanding = a.outstanding + t.amount - coalesce(t.ended, 0),
        settled = a.settled + coalesce(t.settled, 0), excess = a.excess + coalesce(t.excess, 0),
        escrow = a.escrow - coalesce((select sum(amount) from left_lease l where l.account = a.id), 0)
      from (select account, sum(amount) as amount, sum(ended) as ended, sum(settled) as settled, sum(excess) as excess
        from taken group by account) t where a.id = t.account and (select count(*) from counted) >= 0
    $$`.execute(db);
}

/**
 * What outcomes cost leaves what was set aside; the rest of that becomes available again. A cost that is null is that of a
 * request that nobody saw the end of: all that was reserved is settled, as an estimate. Rows are found by their key one
 * by one: a plan that was made while the table was small must not read all of it later.
 */
async function createBookEnded(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function budget_book_ended(p_from bigint, p_to bigint, p_budgets text[], p_decisions uuid[],
      p_budget integer[], p_costs numeric[]) returns void
    language sql security definer set search_path = public, pg_temp
    set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
      with given as materialized (
        select x.decision, b.id as budget, b.kind, b.rolling_ms, x.cost
        from unnest(p_decisions, p_budget, p_costs) as x (decision, budget, cost)
        join budget b on b.id = p_budgets[x.budget]
      ), done as (
        update budget_reservation r set settled = coalesce(o.cost, r.amount), estimated = o.cost is null
        from given o
        where o.kind = 'budget' and r.decision_id = o.decision and r.budget = o.budget and r.settled is null
        returning r.account, r.settled, r.estimated, case when r.expired then 0 else r.amount end as reserved
      ), gone as (
        delete from budget_reservation r using given o
        where o.kind <> 'budget' and r.decision_id = o.decision and r.budget = o.budget and r.settled is null
        returning r.account, o.kind, o.rolling_ms, r.at_ms, case when r.expired then 0 else r.amount end as reserved,
          case when o.kind = 'concurrency' then 0 else coalesce(o.cost, r.amount) end as settled
      ), ended as materialized (
        select account, count(*)::integer as decisions, sum(reserved) as reserved, sum(settled) as settled,
          sum(least(settled, reserved)) filter (where not estimated) as spent,
          sum(least(settled, reserved)) filter (where estimated) as abandoned,
          sum(greatest(0, reserved - settled)) as unused, sum(greatest(0, settled - reserved)) as excess
        from (
          select account, settled, reserved, estimated from done
          union all select account, settled, reserved, false from gone
        ) each group by account
      ), booked as (
        insert into budget_entry (account, kind, debit, credit, amount, reason, leaf, leaf_to, decisions)
        select e.account, m.kind, m.debit, m.credit, m.amount, m.reason, p_from, p_to, e.decisions
        from ended e join budget_account a on a.id = e.account join budget b on b.id = a.budget and b.kind = 'budget',
        lateral (values
          ('settlement', 'reserved', 'spent', e.spent, null),
          ('settlement', 'reserved', 'spent', e.abandoned, 'abandoned'),
          ('adjustment', 'reserved', 'available', e.unused, 'unused'),
          ('adjustment', 'available', 'spent', e.excess, 'excess')
        ) as m (kind, debit, credit, amount, reason)
        where m.amount > 0
      ), counted as (
        select budget_count(account, rolling_ms, min(at_ms), sum(settled)) from gone where kind = 'rate'
        group by account, rolling_ms, at_ms / greatest(1, coalesce(rolling_ms, 1) / 100)
      )
      update budget_account a set settled = a.settled + e.settled, outstanding = a.outstanding - e.reserved,
        excess = a.excess + e.excess
      from ended e where a.id = e.account and (select count(*) from counted) >= 0
    $$`.execute(db);
}

/**
 * Books what leaves [p_from, p_to) say: new reservations, those of them that ended too, and then what ended of those
 * before, which are of `p_accounts`. Fails when somebody else was faster; else the alerts that are due.
 */
async function createBook(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function budget_book(p_from bigint, p_to bigint, p_leases text[], p_decisions uuid[], p_lease integer[],
      p_amounts numeric[], p_at_ms bigint[], p_ended boolean[], p_costs numeric[], p_accounts bigint[],
      p_budgets text[], p_of uuid[], p_budget integer[], p_of_costs numeric[])
    returns table (budget text, starts_ms bigint, share integer, settled text, amount text, subject text)
    language plpgsql security definer set search_path = public, pg_temp as $$
    declare
      touched bigint[];
    begin
      update budget_cursor set next_idx = p_to where next_idx = p_from;
      if not found then raise exception 'the register is booked by somebody else' using errcode = '55P03'; end if;
      select p_accounts || array_agg(l.account) into touched from budget_lease l where l.id = any (p_leases);
      perform from budget_account a where a.id = any (touched) order by a.id for update;
      if cardinality(p_decisions) > 0 then
        perform budget_book_new(p_from, p_to, p_leases, p_decisions, p_lease, p_amounts, p_at_ms, p_ended, p_costs);
      end if;
      if cardinality(p_of) > 0 then
        perform budget_book_ended(p_from, p_to, p_budgets, p_of, p_budget, p_of_costs);
      end if;
      return query
        with crossed as (
          insert into budget_alert (account, share, settled)
          select a.id, s.share, a.settled - a.rolled_off
          from budget_account a join budget b on b.id = a.budget, unnest(b.alert_shares) as s (share)
          where b.kind = 'budget' and a.settled > 0
            and (a.settled - a.rolled_off) * 1000000 >= b.amount * s.share and a.id = any (touched)
          on conflict do nothing
          returning *
        )
        select a.budget, a.starts_ms, c.share, c.settled::text, b.amount::text, a.subject
        from crossed c join budget_account a on a.id = c.account join budget b on b.id = a.budget;
    end $$`.execute(db);
}

/** For instances that write each posting as JSON. */
async function createApply(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function budget_apply(p_from bigint, p_to bigint, p_reserved jsonb, p_settled jsonb)
    returns table (budget text, starts_ms bigint, share integer, settled text, amount text, subject text)
    language sql security definer set search_path = public, pg_temp as $$
      with o as materialized (
        select coalesce(array_agg(lease), '{}') as leases, coalesce(array_agg(decision), '{}') as decisions,
          coalesce(array_agg(at::integer), '{}') as places, coalesce(array_agg(amount), '{}') as amounts,
          coalesce(array_agg(at_ms), '{}') as times, coalesce(array_agg(false), '{}') as ended,
          coalesce(array_agg(null::numeric), '{}') as costs
        from (
          select x.*, row_number() over () as at from jsonb_to_recordset(p_reserved)
            as x (decision uuid, lease text, amount numeric, at_ms bigint)
        ) x
      ), s as materialized (
        select coalesce(array_agg(budget), '{}') as budgets, coalesce(array_agg(decision), '{}') as decisions,
          coalesce(array_agg(at::integer), '{}') as places, coalesce(array_agg(amount), '{}') as costs,
          coalesce(array_agg(account) filter (where account is not null), '{}') as accounts
        from (
          select x.*, row_number() over () as at,
            (select r.account from budget_reservation r where r.decision_id = x.decision and r.budget = x.budget)
          from jsonb_to_recordset(p_settled) as x (decision uuid, budget text, amount numeric)
        ) x
      )
      select b.* from o, s, lateral budget_book(p_from, p_to, o.leases, o.decisions, o.places, o.amounts, o.times, o.ended,
        o.costs, s.accounts, s.budgets, s.decisions, s.places, s.costs) b
    $$`.execute(db);
}

/** As before; what a limit counted is forgotten by buckets. */
async function createRollOff(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function budget_roll_off(p_account bigint, p_begins_ms bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
    declare
      is_budget boolean; gone numeric; counted numeric;
    begin
      select b.kind = 'budget' into strict is_budget
        from budget_account a join budget b on b.id = a.budget where a.id = p_account;
      with old as (
        delete from budget_bucket where account = p_account and ends_ms <= p_begins_ms returning settled
      ) select sum(settled) into counted from old;
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
      gone := coalesce(gone, 0) + coalesce(counted, 0);
      if gone > 0 then update budget_account set rolled_off = rolled_off + gone where id = p_account; end if;
    end $$`.execute(db);
}
