import type { BudgetReservation } from "@signalbox/proto";
import { sql } from "kysely";
import type { BudgetDefinition } from "./budget-definition.ts";
import type { BudgetDatabase } from "./budget-store.ts";

/** The fields of a budget that decide how it is booked. */
export type Booked = Pick<BudgetDefinition, "kind" | "unit" | "span" | "rollingMs">;
/** Into how many parts the rolling window of a limit is divided; use rolls off part by part. */
const BUCKETS = 100;

/** A reservation of the batch. `end` is set once it has ended; its cost is null for an abandoned request: all of it is spent. */
type New = {
  readonly decisionId: string;
  readonly budget: string;
  readonly lease: string;
  readonly amount: string;
  readonly atMs: number;
  end: { readonly cost: string | null } | null;
};
type Ending = { readonly decisionId: string; readonly budget: string; readonly cost: string | null };

/** Several ended reservations of one lease as one posting; `decisions` are named for money alone. */
type Sum = {
  readonly lease: string;
  readonly atMs: number;
  readonly decisions: string[] | null;
  amount: bigint;
  cost: bigint;
  count: number;
};

/**
 * The postings of one batch of leaves. Reservations that begin and end within it are summed; the others keep a row each. A
 * sum of money names its decisions; of limits nobody asks later what a single decision took.
 */
export class Postings {
  readonly #begun = new Map<string, New>();
  readonly #ended = new Map<string, Ending>();
  readonly #accounts = new Set<string>();
  readonly #known: (budget: string) => Booked | undefined;

  constructor(known: (budget: string) => Booked | undefined) {
    this.#known = known;
  }

  reserve(decisionId: string, { budget, lease, amount }: BudgetReservation, atMs: number): void {
    this.#begun.set(`${decisionId} ${budget}`, { decisionId, budget, lease, amount, atMs, end: null });
  }

  /** Ends a reservation; only the first call for it counts. `account`: of a reservation of an earlier batch, where it is booked. */
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

  /** The arguments of `budget_book_batch`, in its order: a list for each column. */
  columns(): readonly unknown[][] {
    const { single, sums } = summed(this.#begun.values(), this.#known);
    const ended = [...this.#ended.values()];
    const leases = numbered([...single, ...sums].map(({ lease }) => lease));
    const budgets = numbered(ended.map(({ budget }) => budget));
    let next = 1;
    const first = sums.map(({ decisions }) => {
      if (decisions === null) return 0;
      next += decisions.length;
      return next - decisions.length;
    });
    return [
      leases.names,
      single.map(({ decisionId }) => decisionId),
      leases.places.slice(0, single.length),
      single.map(({ amount }) => amount),
      single.map(({ atMs }) => atMs),
      single.map(({ end }) => end !== null),
      single.map(({ end }) => end?.cost ?? null),
      [...this.#accounts],
      budgets.names,
      ended.map(({ decisionId }) => decisionId),
      budgets.places,
      ended.map(({ cost }) => cost),
      leases.places.slice(single.length),
      sums.map(({ amount }) => String(amount)),
      sums.map(({ cost }) => String(cost)),
      sums.map(({ atMs }) => atMs),
      sums.map(({ count }) => count),
      first,
      sums.flatMap(({ decisions }) => decisions ?? []),
    ];
  }
}

function summed(
  all: Iterable<New>,
  known: (budget: string) => Booked | undefined,
): { readonly single: readonly New[]; readonly sums: readonly Sum[] } {
  const single: New[] = [];
  const sums = new Map<string, Sum>();
  for (const each of all) {
    const budget = known(each.budget);
    const cost = budget === undefined ? null : countedCost(each, budget);
    if (budget === undefined || cost === null) {
      single.push(each);
      continue;
    }
    const { lease, atMs, decisionId } = each;
    const amount = BigInt(each.amount);
    const bucket =
      budget.kind === "rate" ? Math.floor(atMs / Math.max(1, Math.floor((budget.rollingMs ?? 1) / BUCKETS))) : 0;
    // Costs beyond the reservation are summed apart: what others left over must not offset that excess.
    const name = `${lease} ${bucket} ${cost > amount}`;
    let sum = sums.get(name);
    if (sum === undefined) {
      sum = { lease, atMs, decisions: budget.kind === "budget" ? [] : null, amount: 0n, cost: 0n, count: 0 };
      sums.set(name, sum);
    }
    sum.decisions?.push(decisionId);
    sum.amount += amount;
    sum.cost += cost;
    sum.count += 1;
  }
  return { single, sums: [...sums.values()] };
}

/** The cost with which a reservation enters a sum; null for one that keeps its own row. */
function countedCost({ amount, end }: New, { kind, unit, span }: Booked): bigint | null {
  if (kind === "rate" && unit === "requests") return BigInt(amount);
  if (end === null) return null;
  if (kind === "concurrency") return 0n;
  if (kind === "rate") return BigInt(end.cost ?? amount);
  // In rolling windows decisions roll off one by one, and abandoned ones are marked, so these keep their rows.
  const rollsOff = span === "rolling" || span === "total";
  return rollsOff || end.cost === null ? null : BigInt(end.cost);
}

/** The distinct names, and for each item of the list the place of its name among them, from 1. */
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

/** Books the leaves [from, to), all or none. Rejects when another instance has booked them. */
export async function bookPostings(
  db: BudgetDatabase,
  { from, to }: { from: number; to: number },
  postings: Postings,
): Promise<CrossedShare[]> {
  const columns = sql.join(postings.columns().map((column) => sql`${column}`));
  const { rows } = await sql<CrossedShare>`select * from budget_book_batch(${from}, ${to}, ${columns})`.execute(db);
  return rows;
}
