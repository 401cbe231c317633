import { type ErasureEvent, SignalboxError } from "@signalbox/proto";
import type { Kysely } from "kysely";
import { readCosts } from "../admin/cost-book.ts";
import type { KeyDatabase } from "../keys/key-database.ts";
import { userDigest } from "../keys/user-digest.ts";
import type { NewErasure } from "./content-form.ts";

/** What of a tenant is to be erased. */
export type ErasureTarget = {
  readonly of: string;
  /** As it is recorded. */
  readonly scope: ErasureEvent["scope"];
  /** What the digest in a user's scope was made of; null in every other scope. */
  readonly user: string | null;
};

/** Throws `invalid-request` for an end user of no known tenant, and `stage-unavailable` while the register is being read. */
export async function erasureTarget(
  db: Kysely<KeyDatabase>,
  { tenant, user, from, before }: NewErasure,
): Promise<Pick<ErasureTarget, "scope" | "user">> {
  if (user !== undefined) {
    const digest = await userDigest(db, tenant, user);
    if (digest === null) {
      const problem = "Invalid 'tenant': there is no such tenant.";
      throw new SignalboxError("invalid-request", problem, { details: { param: "tenant" } });
    }
    // The lines of costs say of all requests whose end user's they are, also where the words are gone.
    await readCosts(db);
    return { scope: { kind: "user", user: digest }, user };
  }
  if (from === undefined && before === undefined) return { scope: { kind: "tenant" }, user: null };
  const beforeMs = before === undefined ? Date.now() : countOf(before);
  const scope = { kind: "age", ...(from === undefined ? {} : { fromMs: countOf(from) }), beforeMs } as const;
  return { scope, user: null };
}

/** Nothing is older than the first millisecond that can be recorded. */
function countOf(time: string): number {
  return Math.max(0, Date.parse(time));
}
