import { sql, type Kysely } from "kysely";

/**
 * Budgets and limits, what of them is spent, and the double-entry ledger of money. Amounts are whole numbers of a
 * budget's unit: pico-USD, tokens or requests. Times in `_ms` columns are Unix milliseconds of those who decide.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createBudgets(db);
  await createAccounts(db);
  await createEntries(db);
  await sql`grant select, insert, update on budget to signalbox_ingress`.execute(db);
  const read = ["account", "reservation", "entry", "alert"].map((name) => sql.table(`budget_${name}`));
  await sql`grant select on ${sql.join(read)} to signalbox_ingress`.execute(db);
  // Policy reads; what it may change it changes through the functions of the next migration alone.
  const followed = ["budget", "budget_account", "budget_lease", "budget_reservation", "budget_cursor"];
  await sql`grant select on ${sql.join(followed.map((name) => sql.table(name)))} to signalbox_policy`.execute(db);
  await sql`grant select on virtual_key_revision, ledger_leaf to signalbox_policy`.execute(db);
  await sql`grant select (size) on ledger_head to signalbox_policy`.execute(db);
}

async function createBudgets(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table budget (
      id text primary key check (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
      -- Whose requests are charged: those that all of these hold for. Null: whatever it is.
      tenant text references tenant (id),
      key_id text references virtual_key (id),
      team text check (length(team) between 1 and 64),
      project text check (length(project) between 1 and 64),
      end_user text check (length(end_user) between 1 and 64),
      tag text check (length(tag) between 1 and 128),
      model text check (length(model) between 1 and 256),
      provider text check (length(provider) between 1 and 64),
      kind text not null check (kind in ('budget', 'rate', 'concurrency')),
      unit text not null check (unit in ('pico-usd', 'tokens', 'requests')),
      amount numeric(31, 0) not null check (amount >= 0),
      span text not null check (span in ('day', 'week', 'month', 'rolling', 'total')),
      rolling_ms bigint check (rolling_ms between 1000 and 31622400000),
      time_zone text not null default 'UTC' check (length(time_zone) between 1 and 64),
      -- Millionths of the amount at which somebody is to hear of it.
      alert_shares integer[] not null default '{800000}',
      created_at timestamptz not null default now(),
      created_by text not null check (length(created_by) between 1 and 128),
      retired_at timestamptz,
      check ((span = 'rolling') = (rolling_ms is not null)),
      check (kind <> 'rate' or (span = 'rolling' and unit <> 'pico-usd')),
      check (kind <> 'concurrency' or (span = 'total' and unit = 'requests'))
    )`.execute(db);
  // Who follows the keys hears of their budgets by the same count.
  await sql`
    create trigger budget_changed after insert or delete or update on budget
    for each statement execute function bump_virtual_key_revision()`.execute(db);
}

async function createAccounts(db: Kysely<unknown>): Promise<void> {
  // One budget in one window. What is available is the amount - settled + rolled_off - outstanding - escrow.
  await sql`
    create table budget_account (
      id bigint generated always as identity primary key,
      budget text not null references budget (id),
      starts_ms bigint not null,
      -- Null: it never ends.
      ends_ms bigint check (ends_ms > starts_ms),
      settled numeric(31, 0) not null default 0,
      rolled_off numeric(31, 0) not null default 0,
      outstanding numeric(31, 0) not null default 0,
      escrow numeric(31, 0) not null default 0,
      excess numeric(31, 0) not null default 0,
      unique (budget, starts_ms)
    )`.execute(db);
  await sql`
    create table budget_lease (
      id text primary key,
      account bigint not null references budget_account (id),
      instance text not null,
      -- Set aside and not known to be reserved.
      escrow numeric(31, 0) not null,
      until_ms bigint not null,
      ended boolean not null default false,
      -- The last question that was answered with more, with the answer; and the last that gave something back.
      question text not null,
      granted numeric(31, 0) not null,
      returned text not null default ''
    )`.execute(db);
  await sql`create index budget_lease_open on budget_lease (until_ms) where not ended`.execute(db);
  await sql`create index budget_lease_ended on budget_lease (until_ms) where ended`.execute(db);
  await sql`create index budget_lease_of_account on budget_lease (account) where not ended`.execute(db);
  await sql`
    create table budget_reservation (
      decision_id uuid not null,
      budget text not null,
      account bigint not null references budget_account (id),
      lease text not null,
      amount numeric(31, 0) not null,
      at_ms bigint not null,
      -- What it came to; null while nothing is known of it.
      settled numeric(31, 0),
      rolled_off boolean not null default false,
      -- Nobody waits for its outcome any more.
      expired boolean not null default false,
      primary key (decision_id, budget)
    )`.execute(db);
  await sql`
    create index budget_reservation_open on budget_reservation (at_ms)
    where settled is null and not expired`.execute(db);
  await sql`
    create index budget_reservation_to_roll_off on budget_reservation (account, at_ms)
    where settled is not null and not rolled_off`.execute(db);
  // How far the register is booked; null until the first lease, because before it there is nothing to book.
  await sql`
    create table budget_cursor (
      one boolean primary key default true check (one),
      next_idx bigint
    )`.execute(db);
  await sql`insert into budget_cursor (next_idx) values (null)`.execute(db);
}

async function createEntries(db: Kysely<unknown>): Promise<void> {
  // Every row moves an amount from one side to another, so that the sums over all sides are those of the account:
  // what was credited to `spent` less what was debited is what is settled, and to `reserved` what is outstanding.
  await sql`
    create table budget_entry (
      id bigint generated always as identity primary key,
      account bigint not null references budget_account (id),
      kind text not null check (kind in ('reservation', 'settlement', 'adjustment')),
      debit text not null check (debit in ('available', 'reserved')),
      credit text not null check (credit in ('available', 'reserved', 'spent') and credit <> debit),
      amount numeric(31, 0) not null check (amount > 0),
      -- Why an adjustment was made: what was left over, what came on top, or what nobody waits for any more.
      reason text check (reason in ('unused', 'excess', 'expired')),
      decision_id uuid not null,
      -- The leaf of the register that says so; null when it is said by none.
      leaf bigint,
      at timestamptz not null default clock_timestamp()
    )`.execute(db);
  await sql`create index budget_entry_by_account on budget_entry (account, id)`.execute(db);
  await sql`create index budget_entry_by_decision on budget_entry (decision_id)`.execute(db);
  await sql`
    create trigger budget_entry_stays before update or delete on budget_entry
    for each row execute function ledger_refuse_change()`.execute(db);
  await sql`
    create table budget_alert (
      account bigint not null references budget_account (id),
      share integer not null,
      settled numeric(31, 0) not null,
      at timestamptz not null default clock_timestamp(),
      primary key (account, share)
    )`.execute(db);
}
