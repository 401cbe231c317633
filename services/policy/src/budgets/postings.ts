import type { BudgetReservation } from "@signalbox/proto";
import { sql } from "kysely";
import type { BudgetDatabase } from "./budget-store.ts";

/** A reservation of the batch; `cost` once it has ended, null where nobody saw the end: then all of it is spent. */
type New = {
  readonly decisionId: string;
  readonly lease: string;
  readonly amount: string;
  readonly atMs: number;
  end: { readonly cost: string | null } | null;
};
type Ending = { readonly decisionId: string; readonly budget: string; readonly cost: string | null };

/** What leaves say of reservations, each once: what begins and ends within one batch is one posting. */
export class Postings {
  readonly #begun = new Map<string, New>();
  readonly #ended = new Map<string, Ending>();
  readonly #accounts = new Set<string>();

  reserve(decisionId: string, { budget, lease, amount }: BudgetReservation, atMs: number): void {
    this.#begun.set(`${decisionId} ${budget}`, { decisionId, lease, amount, atMs, end: null });
  }

  /** The first word on a reservation holds. `account`: where that of an earlier batch stands. */
  settle(ending: { decisionId: string; budget: string; cost: bigint | null; account: string | null }): void {
    const { decisionId, budget, account } = ending;
    const cost = ending.cost === null ? null : String(ending.cost);
    const name = `${decisionId} ${budget}`;
    const begun = this.#begun.get(name);
    if (begun !== undefined) begun.end ??= { cost };
    else if (!this.#ended.has(name)) {
      this.#ended.set(name, { decisionId, budget, cost });
      if (account !== null) this.#accounts.add(account);
    }
  }

  /** The arguments of `budget_book`, in its order: a list for each column. */
  columns(): readonly unknown[][] {
    const begun = [...this.#begun.values()];
    const ended = [...this.#ended.values()];
    const leases = numbered(begun.map(({ lease }) => lease));
    const budgets = numbered(ended.map(({ budget }) => budget));
    return [
      leases.names,
      begun.map(({ decisionId }) => decisionId),
      leases.places,
      begun.map(({ amount }) => amount),
      begun.map(({ atMs }) => atMs),
      begun.map(({ end }) => end !== null),
      begun.map(({ end }) => end?.cost ?? null),
      [...this.#accounts],
      budgets.names,
      ended.map(({ decisionId }) => decisionId),
      budgets.places,
      ended.map(({ cost }) => cost),
    ];
  }
}

/** Each name once, and for each of the list its place among them, from 1. */
function numbered(list: readonly string[]): { names: string[]; places: number[] } {
  const known = new Map<string, number>();
  const places = list.map((name) => {
    const place = known.get(name) ?? known.size + 1;
    known.set(name, place);
    return place;
  });
  return { names: [...known.keys()], places };
}

/** An alert that is due. */
export type CrossedShare = {
  budget: string;
  starts_ms: string;
  share: number;
  settled: string;
  amount: string;
  subject: string;
};

/** Books what leaves [from, to) say, all of it or nothing. Rejects when somebody else has booked them. */
export async function bookPostings(
  db: BudgetDatabase,
  { from, to }: { from: number; to: number },
  postings: Postings,
): Promise<CrossedShare[]> {
  const columns = sql.join(postings.columns().map((column) => sql`${column}`));
  const { rows } = await sql<CrossedShare>`select * from budget_book(${from}, ${to}, ${columns})`.execute(db);
  return rows;
}
