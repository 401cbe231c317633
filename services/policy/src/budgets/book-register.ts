import { coveredBy } from "@signalbox/decision";
import type { Logger } from "@signalbox/kit";
import type { BudgetNotice, Catalogue } from "@signalbox/proto";
import { sql } from "kysely";
import type { BudgetBook } from "./budget-book.ts";
import type { BudgetDatabase } from "./budget-store.ts";
import { chargeOfOutcome } from "./charge-of-outcome.ts";
import { type Ended, endedIn, type LeafRow, leafRows, type Reserved, reservedIn } from "./leaf-postings.ts";
import { bookPostings, type CrossedShare, Postings } from "./postings.ts";

/** Any number that nobody else locks with: one instance books at a time. */
const LOCK = 7_306_010_002;
const BATCH_LEAVES = 500;

export type BookingOptions = {
  readonly db: BudgetDatabase;
  readonly book: BudgetBook;
  readonly catalogue: Catalogue;
  readonly log: Logger;
  readonly notify: (notice: BudgetNotice) => void;
};

/**
 * Books the next leaves of the register: what decisions reserved leaves their leases, and what outcomes cost is settled.
 * The cursor moves in the same transaction, so that every leaf is booked once, whichever instance reads it. Resolves with
 * whether there is more to book; false as well when another instance is at it.
 */
export async function bookRegister(options: BookingOptions): Promise<boolean> {
  const { db, notify } = options;
  const { alerts, more } = await db.transaction().execute((transaction) => bookNext(transaction, options));
  for (const alert of alerts) notify(alert);
  return more;
}

type Booked = { readonly alerts: readonly BudgetNotice[]; readonly more: boolean };
const NOTHING: Booked = { alerts: [], more: false };

async function bookNext(db: BudgetDatabase, options: BookingOptions): Promise<Booked> {
  const { rows: locks } = await sql<{ locked: boolean }>`select pg_try_advisory_xact_lock(${LOCK}) as locked`.execute(
    db,
  );
  if (locks[0]?.locked !== true) return NOTHING;
  const { rows } = await sql<{ from: string | null; size: string }>`
    select (select next_idx from budget_cursor) as from, size from ledger_head`.execute(db);
  const [at] = rows;
  if (at === undefined || at.from === null || Number(at.from) >= Number(at.size)) return NOTHING;
  const { rows: skips } = await sql<{ skipped: boolean }>`select budget_skip_to(${at.size}) as skipped`.execute(db);
  if (skips[0]?.skipped === true) return NOTHING;
  const from = Number(at.from);
  const to = Math.min(Number(at.size), from + BATCH_LEAVES);
  const batch = await readBatch(db, { from, to }, options);
  const crossed = await bookPostings(db, { from, to }, batch);
  return { alerts: crossed.map((row) => alertOf(row, options.book)), more: to < Number(at.size) };
}

function alertOf(row: CrossedShare, book: BudgetBook): BudgetNotice {
  const { budget, share, settled, amount, subject } = row;
  const unit = book.budget(budget)?.unit ?? "pico-usd";
  const whose = subject === "" ? {} : { subject };
  return { kind: "alert", budget, ...whose, unit, startsMs: Number(row.starts_ms), share, settled, amount };
}

async function readBatch(
  db: BudgetDatabase,
  { from, to }: { from: number; to: number },
  options: BookingOptions,
): Promise<Postings> {
  const { log } = options;
  const { rows } = await leafRows(sql`idx >= ${from} and idx < ${to}`).execute(db);
  const reserved = rows.filter(({ type }) => type === "decision").flatMap((row) => readable(row, log, reservedIn));
  const early = await endedBefore(db, reserved, from);
  const open = await openBefore(db, rows);
  const waiting = new Map([...open].map(([id, budgets]) => [id, [...budgets.keys()]]));
  // A limit on requests counts what was admitted, whatever becomes of it: that is settled with the reservation.
  const waits = ({ budget }: { budget: string }): boolean => {
    const known = options.book.budget(budget);
    return known?.kind !== "rate" || known.unit !== "requests";
  };
  const postings = new Postings((budget) => options.book.budget(budget));
  for (const { decisionId, atMs, parts } of reserved) {
    for (const part of parts) postings.reserve(decisionId, part, atMs);
    waiting.set(
      decisionId,
      parts.filter(waits).map(({ budget }) => budget),
    );
  }
  const ended = [...early, ...rows].flatMap((row) => readable(row, log, (each) => endingOf(each, waiting)));
  const covers = coverage(options);
  for (const ending of ended) {
    const { decisionId } = ending;
    for (const budget of waiting.get(decisionId) ?? []) {
      const cost = costOf(ending, budget, { book: options.book, covers });
      postings.settle({ decisionId, budget, cost, account: open.get(decisionId)?.get(budget) ?? null });
    }
  }
  return postings;
}

function endingOf(row: LeafRow, waiting: ReadonlyMap<string, readonly string[]>): Ended | null {
  const { decision_id: id } = row;
  if (row.type === "decision" || id === null || !waiting.has(id)) return null;
  return endedIn({ ...row, decision_id: id });
}

/** One leaf that cannot be read must not hold up the rest: what it would have settled expires in time. */
function readable<T>(row: LeafRow, log: Logger, read: (row: LeafRow) => T | null): T[] {
  try {
    const found = read(row);
    return found === null ? [] : [found];
  } catch (error) {
    log.error({ err: error, leaf: row.idx }, "a leaf cannot be booked");
    return [];
  }
}

/** A register that was killed takes what it held a second time, so an outcome may stand before its decision. */
async function endedBefore(db: BudgetDatabase, reserved: readonly Reserved[], from: number): Promise<LeafRow[]> {
  if (reserved.length === 0) return [];
  const requests = reserved.map(({ requestId }) => requestId);
  const before = sql`request_id = any(${requests}::uuid[]) and idx < ${from} and type <> 'decision'`;
  const { rows } = await leafRows(before).execute(db);
  return rows;
}

/** Of decisions of earlier batches that ended: the budgets that have reserved for them, with the account of each. */
async function openBefore(db: BudgetDatabase, rows: readonly LeafRow[]): Promise<Map<string, Map<string, string>>> {
  const ended = rows.flatMap(({ type, decision_id: id }) => (type === "decision" || id === null ? [] : id));
  const open = new Map<string, Map<string, string>>();
  if (ended.length === 0) return open;
  const { rows: found } = await sql<{ decision_id: string; budget: string; account: string }>`
    select decision_id, budget, account from budget_reservation
    where decision_id = any(${ended}::uuid[]) and settled is null`.execute(db);
  for (const { decision_id: id, budget, account } of found) {
    const budgets = open.get(id) ?? new Map<string, string>();
    open.set(id, budgets.set(budget, account));
  }
  return open;
}

type Covers = (selector: string) => ReadonlySet<string>;

function coverage({ catalogue }: BookingOptions): Covers {
  const of = coveredBy({ groups: {} }, catalogue);
  const known = new Map<string, ReadonlySet<string>>();
  return (selector) => {
    const found = known.get(selector) ?? of(selector);
    known.set(selector, found);
    return found;
  };
}

/** Null: all that was reserved. */
function costOf(
  { outcome }: Ended,
  budget: string,
  { book, covers }: { book: BudgetBook; covers: Covers },
): bigint | null {
  const known = book.budget(budget);
  if (known === undefined) throw new Error(`the budget ${budget} is not known here yet`);
  if (outcome === null) return 0n;
  const covered = known.endpoints === null ? null : covers(known.endpoints);
  return chargeOfOutcome(known, outcome, covered === null ? null : (endpoint) => covered.has(endpoint));
}
