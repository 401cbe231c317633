import type { BudgetUnit } from "@signalbox/proto";

/** A budget or a limit as it holds now. */
export type BudgetDefinition = {
  readonly id: string;
  readonly scope: BudgetScope;
  /** The endpoints that it is charged with, as a selector; null: all. */
  readonly endpoints: string | null;
  readonly kind: "budget" | "rate" | "concurrency";
  readonly unit: BudgetUnit;
  readonly amount: bigint;
  readonly span: "day" | "week" | "month" | "rolling" | "total";
  readonly rollingMs: number | null;
  readonly timeZone: string;
  /** It is charged no more; what was reserved of it is still settled. */
  readonly retired: boolean;
};

/** Whose requests are charged: those that all of it holds for; null: whatever it is. */
export type BudgetScope = {
  readonly tenant: string | null;
  readonly keyId: string | null;
  readonly team: string | null;
  readonly project: string | null;
  readonly endUser: string | null;
  readonly tag: string | null;
};

/** What of a request decides on the budgets that it is charged to. */
export type ChargedRequest = {
  readonly tenant: string;
  readonly keyId: string;
  readonly team?: string | undefined;
  readonly project?: string | undefined;
  readonly user?: string | undefined;
  readonly tags?: readonly string[] | undefined;
};

export function isInScope(scope: BudgetScope, request: ChargedRequest): boolean {
  const { tenant, keyId, team, project, endUser, tag } = scope;
  return (
    (keyId === null || keyId === request.keyId) &&
    (tenant === null || tenant === request.tenant) &&
    (team === null || team === request.team) &&
    (project === null || project === request.project) &&
    (endUser === null || endUser === request.user) &&
    (tag === null || request.tags?.includes(tag) === true)
  );
}
