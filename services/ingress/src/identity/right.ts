/** The closed set of rights at the HTTP API; each route names the one that it needs. */
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
  /** Widens the other rights from the bearer's own tenant to all tenants; no route needs it by itself. */
  "reach-all-tenants",
  /** Widens `manage-keys` to owners' keys; no route needs it by itself. */
  "manage-owners",
] as const;
export type Right = (typeof RIGHTS)[number];

/** Rights that concern all tenants at once: only bearers of the tenant that runs the line have them, whatever their role. */
export const LINE_RIGHTS: readonly Right[] = ["read-policies", "manage-policies", "reach-all-tenants"];

/** How far a bearer's rights reach: over all tenants of the line, or over its own. */
export type Reach = "line" | "tenant";

/** What a route needs: a right, or nothing at all. */
export type Access = Right | "public";

export function isAccess(value: unknown): value is Access {
  return value === "public" || (RIGHTS as readonly unknown[]).includes(value);
}
