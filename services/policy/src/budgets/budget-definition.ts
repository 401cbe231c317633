import type { BudgetUnit } from "@signalbox/proto";

/** A budget or a limit as it holds now. */
export type BudgetDefinition = {
  readonly id: string;
  readonly scope: BudgetScope;
  /** Each of these has an account of its own; null: all requests in the scope share one. */
  readonly eachOf: EachOf | null;
  /** What happens to requests once it is spent; `pass` lets them through and leaves it to the policy's rules. */
  readonly atLimit: "block" | "pass";
  /** The endpoints whose use is charged to it, as a selector; null: all. */
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

type EachOf = "key" | "team" | "project" | "user" | "end-user";

/** Which requests are charged: those that match every field; a null field matches all. */
type BudgetScope = {
  readonly tenant: string | null;
  readonly keyId: string | null;
  readonly team: string | null;
  readonly project: string | null;
  readonly user: string | null;
  /** The tenant-keyed digest of the user that the request names. */
  readonly endUser: string | null;
  readonly tag: string | null;
};

/** The fields of a request that decide which budgets it is charged to. */
export type ChargedRequest = {
  readonly tenant: string;
  readonly keyId: string;
  readonly team?: string | undefined;
  readonly project?: string | undefined;
  readonly user?: string | undefined;
  readonly endUser?: string | undefined;
  readonly tags?: readonly string[] | undefined;
};

export function isCharged({ scope, eachOf }: BudgetDefinition, request: ChargedRequest): boolean {
  const { tenant, keyId, team, project, user, endUser, tag } = scope;
  return (
    (keyId === null || keyId === request.keyId) &&
    (tenant === null || tenant === request.tenant) &&
    (team === null || team === request.team) &&
    (project === null || project === request.project) &&
    (user === null || user === request.user) &&
    (endUser === null || endUser === request.endUser) &&
    (tag === null || request.tags?.includes(tag) === true) &&
    (eachOf === null || subjectOf(eachOf, request) !== undefined)
  );
}

/** Whose account a request is charged to; undefined for a request without such a subject. */
export function subjectOf(eachOf: EachOf, request: ChargedRequest): string | undefined {
  if (eachOf === "key") return request.keyId;
  return eachOf === "end-user" ? request.endUser : request[eachOf];
}
