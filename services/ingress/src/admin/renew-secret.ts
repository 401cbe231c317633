import { type Kysely, sql } from "kysely";
import type { KeyDatabase } from "../keys/key-database.ts";
import { generateSecretKey, hashKey } from "../keys/secret-key.ts";

export type Renewal = {
  readonly pepper: Uint8Array;
  /** How long the present secret is still accepted; at the longest until the key ends. */
  readonly overlapSeconds: number;
  /** Starts a short-lived key's lifetime again. */
  readonly extend: boolean;
};

/** Gives a key a new secret. Null: the key is revoked, has ended, or may not be extended. */
export async function renewSecret(
  db: Kysely<KeyDatabase>,
  id: string,
  { pepper, overlapSeconds, extend }: Renewal,
): Promise<string | null> {
  const { secretKey } = generateSecretKey(id);
  const { numAffectedRows = 0n } = await sql`
    update virtual_key set
      previous_hash = case when ${overlapSeconds}::integer > 0 then hash end,
      previous_until = case when ${overlapSeconds}::integer > 0
        then least(now() + make_interval(secs => ${overlapSeconds}::integer), expires_at) end,
      hash = ${hashKey(secretKey, pepper)},
      secret_since = now(),
      expires_at = case when ${extend}
        then least(now() + make_interval(secs => lifetime_seconds), renewable_until) else expires_at end
    where id = ${id} and revoked_at is null and (expires_at is null or expires_at > now())
      and (not ${extend} or (lifetime_seconds is not null and (renewable_until is null or renewable_until > now())))`.execute(
    db,
  );
  return numAffectedRows === 0n ? null : secretKey;
}
