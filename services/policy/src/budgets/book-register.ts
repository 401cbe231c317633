import { setImmediate as nextTurn } from "node:timers/promises";
import { coveredBy } from "@signalbox/decision";
import type { Logger } from "@signalbox/kit";
import type { BudgetNotice, Catalogue } from "@signalbox/proto";
import { sql } from "kysely";
import type { BudgetBook } from "./budget-book.ts";
import type { BudgetDatabase } from "./budget-store.ts";
import { chargeOfOutcome } from "./charge-of-outcome.ts";
import { endedBefore, openBefore } from "./earlier-leaves.ts";
import { type Ended, endedIn, type LeafRow, leafRows, reservedIn } from "./leaf-postings.ts";
import { bookPostings, type CrossedShare, Postings } from "./postings.ts";

/** The advisory lock under which one instance books at a time; the number is arbitrary and used for nothing else. */
const LOCK = 7_306_010_002;
const BATCH_LEAVES = 1_000;
/** How many leaves are read in one turn of the event loop, so that decisions get theirs. */
const TURN_LEAVES = 100;

export type BookingOptions = {
  readonly db: BudgetDatabase;
  readonly book: BudgetBook;
  readonly catalogue: Catalogue;
  readonly log: Logger;
  readonly notify: (notice: BudgetNotice) => void;
};

/** How many leaves were booked, and whether there are more; 0 and false while another instance books. */
type BookedLeaves = { readonly leaves: number; readonly more: boolean };

/**
 * Books the next leaves of the register: reservations of decisions are taken out of their leases, and costs of outcomes are
 * settled. The cursor moves in the same transaction, so each leaf is booked once, whichever instance reads it.
 */
export async function bookRegister(options: BookingOptions): Promise<BookedLeaves> {
  const { db, notify } = options;
  const { alerts, ...booked } = await db.transaction().execute((transaction) => bookNext(transaction, options));
  for (const alert of alerts) notify(alert);
  return booked;
}

type Booked = BookedLeaves & { readonly alerts: readonly BudgetNotice[] };
const NOTHING: Booked = { alerts: [], leaves: 0, more: false };

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
  const alerts = crossed.map((row) => alertOf(row, options.book));
  return { alerts, leaves: to - from, more: to < Number(at.size) };
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
  const reserved = await inTurns(rows, (row) => (row.type === "decision" ? readable(row, log, reservedIn) : []));
  const early = await endedBefore(db, reserved, { rows, from });
  const open = await openBefore(db, reserved, rows);
  const waiting = new Map([...open].map(([id, budgets]) => [id, [...budgets.keys()]]));
  // A limit on requests counts what was admitted, whatever its outcome, so its reservation is final.
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
  const read = (row: LeafRow): Ended[] => readable(row, log, (each) => endingOf(each, waiting));
  const ended = await inTurns([...early, ...rows], read);
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

async function inTurns<T>(rows: readonly LeafRow[], read: (row: LeafRow) => readonly T[]): Promise<T[]> {
  const all: T[] = [];
  for (const [at, row] of rows.entries()) {
    if (at > 0 && at % TURN_LEAVES === 0) await nextTurn();
    all.push(...read(row));
  }
  return all;
}

function endingOf(row: LeafRow, waiting: ReadonlyMap<string, readonly string[]>): Ended | null {
  const { decision_id: id } = row;
  if (row.type === "decision" || id === null || !waiting.has(id)) return null;
  return endedIn({ ...row, decision_id: id });
}

/** A leaf that cannot be read must not hold up the others; what it would have settled expires later. */
function readable<T>(row: LeafRow, log: Logger, read: (row: LeafRow) => T | null): T[] {
  try {
    const found = read(row);
    return found === null ? [] : [found];
  } catch (error) {
    log.error({ err: error, leaf: row.idx }, "a leaf cannot be booked");
    return [];
  }
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

/** What an ending settles of a budget; null: all that was reserved. */
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
