import type { DecisionInput } from "@signalbox/proto";
import { type Kysely, sql } from "kysely";
import type { Database } from "../stored-documents.ts";
import type { BudgetDefinition } from "./budget-definition.ts";
import type { BudgetWindow } from "./budget-window.ts";

/** The database connection; the budgets' tables are used by the SQL statements in this folder alone. */
export type BudgetDatabase = Kysely<Database>;

/** Who a key belongs to, and what it may use. */
export type KeyScope = {
  readonly team: string | null;
  readonly project: string | null;
  /** As it stands in a decision's input; empty for a key that may use everything. */
  readonly input: Pick<DecisionInput, "keyScope">;
};

type KeyRow = { id: string; team: string | null; project: string | null } & {
  [part in "models" | "routes" | "endpoints" | "regions"]: string[] | null;
};

type BudgetRow = {
  id: string;
  tenant: string | null;
  key_id: string | null;
  team: string | null;
  project: string | null;
  end_user: string | null;
  end_user_digest: string | null;
  each_of: BudgetDefinition["eachOf"];
  at_limit: BudgetDefinition["atLimit"];
  tag: string | null;
  model: string | null;
  provider: string | null;
  kind: BudgetDefinition["kind"];
  unit: BudgetDefinition["unit"];
  amount: string;
  span: BudgetDefinition["span"];
  rolling_ms: string | null;
  time_zone: string;
  retired: boolean;
};

/** A counter that every change of a key or a budget increases. */
export async function readRevision(db: BudgetDatabase): Promise<string> {
  const { rows } = await sql<{ revision: string }>`select revision from virtual_key_revision`.execute(db);
  return rows[0]?.revision ?? "";
}

/** All budgets, retired ones included, because their open reservations are still settled. */
export async function readBudgets(db: BudgetDatabase): Promise<BudgetDefinition[]> {
  const { rows } = await sql<BudgetRow>`
    select id, tenant, key_id, team, project, end_user, end_user_digest, each_of, at_limit, tag, model, provider, kind, unit, amount, span, rolling_ms,
      time_zone, retired_at is not null as retired
    from budget order by id collate "C"`.execute(db);
  return rows.map(definitionOf);
}

export async function readKeyScopes(db: BudgetDatabase): Promise<Map<string, KeyScope>> {
  const { rows } = await sql<KeyRow>`
    select id, team, project, models, routes, endpoints, regions
    from virtual_key where revoked_at is null`.execute(db);
  return new Map(rows.map((row) => [row.id, keyScopeOf(row)]));
}

function keyScopeOf({ team, project, models, routes, endpoints, regions }: KeyRow): KeyScope {
  const keyScope = {
    ...(models === null ? {} : { models }),
    ...(routes === null ? {} : { routes }),
    ...(endpoints === null ? {} : { endpoints }),
    ...(regions === null ? {} : { regions }),
  };
  return { team, project, input: Object.keys(keyScope).length === 0 ? {} : { keyScope } };
}

/** Asks for `needed` of an account, to be added to a lease, which is made if it is new. */
type Question = {
  readonly budget: string;
  /** Whose account it is; empty where all share one. */
  readonly subject: string;
  readonly window: BudgetWindow;
  readonly question: string;
  readonly lease: string;
  readonly instance: string;
  readonly needed: bigint;
  readonly untilMs: number;
  readonly nowMs: number;
};

/** The answer, with the account as it is then. */
export type Answer = {
  readonly kind: "granted" | "exhausted" | "ended";
  readonly granted: bigint;
  /** Negative for an overspent budget that lets requests through. */
  readonly available: bigint;
  readonly amount: bigint;
  readonly settled: bigint;
  /** What other instances hold in leases. */
  readonly heldElsewhere: bigint;
  /** When more becomes available by itself: at the window's end, or when its oldest part rolls off. Null: never. */
  readonly freesAtMs: number | null;
};

export async function askForLease(db: BudgetDatabase, ask: Question): Promise<Answer> {
  const { startsMs, endsMs } = ask.window;
  const { rows } = await sql<{
    answer: Answer["kind"];
    granted: string;
    available: string;
    amount: string;
    settled: string;
    held_elsewhere: string;
    frees_at_ms: string | null;
  }>`
    select * from budget_ask(${ask.budget}, ${ask.subject}, ${startsMs}, ${endsMs}, ${ask.question}, ${ask.lease}, ${ask.instance},
      ${String(ask.needed)}, ${ask.untilMs}, ${ask.nowMs})`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error(`the account of the budget ${ask.budget} gave no answer`);
  return {
    kind: row.answer,
    granted: BigInt(row.granted),
    available: BigInt(row.available),
    amount: BigInt(row.amount),
    settled: BigInt(row.settled),
    heldElsewhere: BigInt(row.held_elsewhere),
    freesAtMs: row.frees_at_ms === null ? null : Number(row.frees_at_ms),
  };
}

export async function giveBackLease(
  db: BudgetDatabase,
  back: { lease: string; question: string; unused: bigint },
): Promise<void> {
  await sql`select budget_give_back(${back.lease}, ${back.question}, ${String(back.unused)})`.execute(db);
}

function definitionOf(row: BudgetRow): BudgetDefinition {
  const { tenant, key_id: keyId, team, project, end_user: user, tag, model, provider } = row;
  return {
    id: row.id,
    scope: { tenant, keyId, team, project, user, endUser: row.end_user_digest, tag },
    eachOf: row.each_of,
    atLimit: row.at_limit,
    endpoints: provider === null ? model : `${provider}/${model ?? "*"}`,
    kind: row.kind,
    unit: row.unit,
    amount: BigInt(row.amount),
    span: row.span,
    rollingMs: row.rolling_ms === null ? null : Number(row.rolling_ms),
    timeZone: row.time_zone,
    retired: row.retired,
  };
}
