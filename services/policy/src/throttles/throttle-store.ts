import { sql } from "kysely";
import type { BudgetDatabase } from "../budgets/budget-store.ts";

type ThrottleAsk = {
  readonly account: string;
  readonly limit: number;
  readonly wanted: number;
  /** Of the part that was given at this time, so many were not used. */
  readonly returned: { readonly at: number; readonly count: number };
  /** How long what is given counts. */
  readonly countsMs: number;
};

type ThrottlePart = {
  /** By the database's clock: the name of the part. */
  readonly at: number;
  readonly count: number;
  /** Until some of what counts now does so no more. */
  readonly freesInMs: number;
};

/** Takes a part of what an account lets through; none when nothing is free. */
export type TakePart = (ask: ThrottleAsk) => Promise<ThrottlePart>;

export function takeFromDatabase(db: BudgetDatabase): TakePart {
  return async ({ account, limit, wanted, returned, countsMs }) => {
    const { rows } = await sql<{ given_at: string; given: string; frees_in_ms: string }>`
      select given_at, given, frees_in_ms from policy_throttle_take(
        ${account}, ${limit}, ${wanted}, ${returned.at}, ${returned.count}, ${countsMs})`.execute(db);
    const [row] = rows;
    if (row === undefined) throw new Error("the throttle gave no answer");
    return { at: Number(row.given_at), count: Number(row.given), freesInMs: Number(row.frees_in_ms) };
  };
}
