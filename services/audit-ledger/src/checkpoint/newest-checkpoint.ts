import type { Kysely } from "kysely";
import type { Database } from "../database.ts";

/** A row of `ledger_checkpoint`. */
type CheckpointRow = { readonly size: string; readonly root: Buffer; readonly note: string };

/** The newest that was signed, by whichever instance; undefined before the first. */
export function newestCheckpoint(db: Kysely<Database>): Promise<CheckpointRow | undefined> {
  return db
    .selectFrom("ledger_checkpoint")
    .select(["size", "root", "note"])
    .orderBy("size", "desc")
    .limit(1)
    .executeTakeFirst();
}
