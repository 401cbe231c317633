import { sql, type Kysely } from "kysely";

const SUMMED =
  "budget_book_summed(bigint, bigint, text[], integer[], numeric[], numeric[], bigint[], integer[], integer[], uuid[])";
const BATCH =
  "budget_book_batch(bigint, bigint, text[], uuid[], integer[], numeric[], bigint[], boolean[], numeric[], bigint[], text[], uuid[], integer[], numeric[], integer[], numeric[], numeric[], bigint[], integer[], integer[], uuid[])";

/**
 * What began and ended within one batch is booked as one sum for each lease, of money too: the decisions that a sum is of
 * stand in one row beside it. A row for each decision is kept only where something is still waited for, or rolls off.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createSettled(db);
  await createBookSummed(db);
  await createBookBatch(db);
  for (const signature of [SUMMED, BATCH]) {
    await sql.raw(`revoke execute on function ${signature} from public`).execute(db);
  }
  await sql.raw(`grant execute on function ${BATCH} to signalbox_policy`).execute(db);
  // Where a request's outcome stands, found by one key.
  await sql`grant select on ledger_request to signalbox_policy`.execute(db);
}

async function createSettled(db: Kysely<unknown>): Promise<void> {
  // Decisions that leaves [leaf, leaf_to) say were charged to an account of money and came to what they cost.
  await sql`
    create table budget_settled (
      account bigint not null references budget_account (id),
      leaf bigint not null,
      leaf_to bigint not null check (leaf_to > leaf),
      decisions uuid[] not null check (cardinality(decisions) > 0)
    )`.execute(db);
  // Ids hardly compress.
  await sql`alter table budget_settled alter column decisions set storage external`.execute(db);
  await sql`create index budget_settled_by_account on budget_settled (account, leaf)`.execute(db);
  await sql`grant select on budget_settled to signalbox_ingress`.execute(db);
}

/**
 * Sums of decisions that have ended: what they took of a lease and what they came to. Each is of decisions that all came
 * to more than they had reserved, or of such that did not, so that sums have the same excess. `p_lease` counts within
 * `p_leases`; `p_first` is where a sum of money has its decisions in `p_decisions`, and 0 where nobody asks for them.
 */
async function createBookSummed(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function budget_book_summed(p_from bigint, p_to bigint, p_leases text[], p_lease integer[], p_amounts numeric[],
      p_costs numeric[], p_at_ms bigint[], p_counts integer[], p_first integer[], p_decisions uuid[]) returns void
    language sql security definer set search_path = public, pg_temp as $$
      with given as materialized (
        select l.id as lease, l.account, b.kind, b.rolling_ms, x.amount, x.cost, x.at_ms, x.decisions, x.first
        from unnest(p_lease, p_amounts, p_costs, p_at_ms, p_counts, p_first)
          as x (lease, amount, cost, at_ms, decisions, first)
        join budget_lease l on l.id = p_leases[x.lease]
        join budget_account a on a.id = l.account join budget b on b.id = a.budget
      ), taken as materialized (
        select account, lease, kind, sum(decisions)::integer as decisions, sum(amount) as amount, sum(cost) as settled,
          sum(least(cost, amount)) as spent, sum(greatest(0, amount - cost)) as unused,
          sum(greatest(0, cost - amount)) as excess
        from given group by account, lease, kind
      ), named as (
        insert into budget_settled (account, leaf, leaf_to, decisions)
        select account, p_from, p_to, p_decisions[first:first + decisions - 1] from given
        where kind = 'budget' and first > 0
      ), booked as (
        insert into budget_entry (account, kind, debit, credit, amount, reason, leaf, leaf_to, decisions)
        select t.account, m.kind, m.debit, m.credit, m.amount, m.reason, p_from, p_to, t.decisions
        from taken t, lateral (values
          ('reservation', 'available', 'reserved', t.amount, null),
          ('settlement', 'reserved', 'spent', t.spent, null),
          ('adjustment', 'reserved', 'available', t.unused, 'unused'),
          ('adjustment', 'available', 'spent', t.excess, 'excess')
        ) as m (kind, debit, credit, amount, reason)
        where t.kind = 'budget' and m.amount > 0
      ), left_lease as (
        update budget_lease l set escrow = l.escrow - t.amount from taken t where l.id = t.lease and not l.ended
        returning l.account, t.amount
      ), counted as (
        select budget_count(account, rolling_ms, min(at_ms), sum(cost)) from given where kind = 'rate'
        group by account, rolling_ms, at_ms / greatest(1, coalesce(rolling_ms, 1) / 100)
      )
      update budget_account a set settled = a.settled + t.settled, excess = a.excess + t.excess,
        escrow = a.escrow - coalesce((select sum(amount) from left_lease l where l.account = a.id), 0)
      from (select account, sum(settled) as settled, sum(excess) as excess from taken group by account) t
      where a.id = t.account and (select count(*) from counted) >= 0
    $$`.execute(db);
}

/** `budget_book` with sums before it, under the same locks: who is slower than somebody else changes nothing. */
async function createBookBatch(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function budget_book_batch(p_from bigint, p_to bigint, p_leases text[], p_decisions uuid[], p_lease integer[],
      p_amounts numeric[], p_at_ms bigint[], p_ended boolean[], p_costs numeric[], p_accounts bigint[],
      p_budgets text[], p_of uuid[], p_budget integer[], p_of_costs numeric[], p_sum_lease integer[],
      p_sum_amounts numeric[], p_sum_costs numeric[], p_sum_at_ms bigint[], p_sum_counts integer[],
      p_sum_first integer[], p_summed uuid[])
    returns table (budget text, starts_ms bigint, share integer, settled text, amount text, subject text)
    language plpgsql security definer set search_path = public, pg_temp as $$
    begin
      perform from budget_cursor where next_idx = p_from for update;
      if not found then raise exception 'the register is booked by somebody else' using errcode = '55P03'; end if;
      if cardinality(p_sum_lease) > 0 then
        perform from budget_account a where a.id in (
          select unnest(p_accounts) union select l.account from budget_lease l where l.id = any (p_leases)
        ) order by a.id for update;
        perform budget_book_summed(p_from, p_to, p_leases, p_sum_lease, p_sum_amounts, p_sum_costs, p_sum_at_ms,
          p_sum_counts, p_sum_first, p_summed);
      end if;
      return query select * from budget_book(p_from, p_to, p_leases, p_decisions, p_lease, p_amounts, p_at_ms, p_ended,
        p_costs, p_accounts, p_budgets, p_of, p_budget, p_of_costs);
    end $$`.execute(db);
}
