import { sql } from "kysely";
import type { BudgetDatabase } from "./budget-store.ts";
import { type LeafRow, leafRows, type Reserved } from "./leaf-postings.ts";

/**
 * Outcomes that stand in the register before their decision, which a redelivery after a killed ledger can cause. Decisions
 * that end within this batch are not looked for, because a request has one outcome and a decision is closed once.
 */
export async function endedBefore(
  db: BudgetDatabase,
  reserved: readonly Reserved[],
  { rows, from }: { rows: readonly LeafRow[]; from: number },
): Promise<LeafRow[]> {
  const ended = new Set(rows.filter(({ type }) => type !== "decision").map(({ decision_id: id }) => id));
  const requests = reserved.filter(({ decisionId }) => !ended.has(decisionId)).map(({ requestId }) => requestId);
  if (requests.length === 0) return [];
  const { rows: outcomes } = await sql<{ outcome_idx: string }>`
    select outcome_idx from ledger_request where request_id = any(${requests}::uuid[]) and outcome_idx < ${from}`.execute(
    db,
  );
  if (outcomes.length === 0) return [];
  const indexes = outcomes.map(({ outcome_idx: idx }) => idx);
  const { rows: early } = await leafRows(sql`idx = any(${indexes}::bigint[])`).execute(db);
  return early;
}

/** For decisions of earlier batches that end in this one: decision → budget → account of their open reservations. */
export async function openBefore(
  db: BudgetDatabase,
  reserved: readonly Reserved[],
  rows: readonly LeafRow[],
): Promise<Map<string, Map<string, string>>> {
  const begun = new Set(reserved.map(({ decisionId }) => decisionId));
  const ended = rows.flatMap(({ type, decision_id: id }) => (type === "decision" || id === null ? [] : id));
  const earlier = ended.filter((id) => !begun.has(id));
  const open = new Map<string, Map<string, string>>();
  if (earlier.length === 0) return open;
  const { rows: found } = await sql<{ decision_id: string; budget: string; account: string }>`
    select o.decision_id, o.budget, o.account from unnest(${earlier}::uuid[]) as e (id)
    cross join lateral (
      select decision_id, budget, account, settled from budget_reservation where decision_id = e.id offset 0
    ) o where o.settled is null`.execute(db);
  for (const { decision_id: id, budget, account } of found) {
    const budgets = open.get(id) ?? new Map<string, string>();
    open.set(id, budgets.set(budget, account));
  }
  return open;
}
