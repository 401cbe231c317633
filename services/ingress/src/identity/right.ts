/** Everything that can be asked of the HTTP API, as a closed set: each route names the one that it needs. */
export const RIGHTS = [
  /** To send requests to models, count their tokens, see the models, and read back what was kept of the answers. */
  "ask",
  /** To read decisions, events, receipts and documents. */
  "read-records",
  /** To replay decisions. */
  "replay",
  /** To renew the key that one speaks with. */
  "renew-key",
  /** To see keys, budgets, teams, projects, users and service accounts; never a secret. */
  "read-settings",
  /** To see what was spent, by whom. */
  "read-costs",
  "manage-budgets",
  "manage-keys",
  /** To make and change teams, projects, users and service accounts. */
  "manage-identities",
  /** To see the policy in force, those before it and what was refused. */
  "read-policies",
  /** To put policies in force and take them back; to try them before. */
  "manage-policies",
  /** To read what is retained of requests and answers, and to erase it. */
  "read-content",
  "erase-content",
  /** No route needs it by itself: records and replays are those of all tenants, and not of the own one alone. */
  "reach-all-tenants",
  /** No route needs it by itself: keys of owners are made and changed too. */
  "manage-owners",
] as const;
export type Right = (typeof RIGHTS)[number];

/**
 * What concerns all tenants at once, so that only those of the tenant that runs the line have it: of all others, nobody
 * does whatever the role.
 */
export const LINE_RIGHTS: readonly Right[] = ["read-policies", "manage-policies", "reach-all-tenants"];

/** How far what a bearer may do reaches: over the line with all its tenants, or over its own tenant. */
export type Reach = "line" | "tenant";

/** What a route needs: a right, or nothing at all. */
export type Access = Right | "public";

export function isAccess(value: unknown): value is Access {
  return value === "public" || (RIGHTS as readonly unknown[]).includes(value);
}
