import { SignalboxError } from "@signalbox/proto";
import { HASH_BYTES } from "@signalbox/tlog";
import { sql, type Kysely } from "kysely";
import type { Database } from "../../database.ts";

type HashRange = { readonly from: number; readonly to: number };

/**
 * The hashes [from, to) of a level of the tree; of level 0 the leaves' own. Throws `internal` when one is not there.
 * They come as one run of bytes, for a row each would cost more than all the rest of a proof.
 */
export async function readHashes(db: Kysely<Database>, level: number, range: HashRange): Promise<Buffer[]> {
  return hashesOf(await readHashRun(db, level, range));
}

/** The hashes of a run of them. */
export function hashesOf(run: Buffer): Buffer[] {
  return Array.from({ length: run.length / HASH_BYTES }, (_, at) => {
    return run.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
  });
}

/** The same as one run of bytes. */
export async function readHashRun(db: Kysely<Database>, level: number, { from, to }: HashRange): Promise<Buffer> {
  const bytes = level === 0 ? await leafHashes(db, from, to) : await nodeHashes(db, level, { from, to });
  const count = bytes.length / HASH_BYTES;
  if (count !== to - from) {
    throw new SignalboxError("internal", "The register's tree has a hole.", {
      cause: new Error(`level ${level} has ${count} hashes from ${from} to ${to}`),
    });
  }
  return bytes;
}

async function leafHashes(db: Kysely<Database>, from: number, to: number): Promise<Buffer> {
  const row = await db
    .selectFrom("ledger_leaf")
    .select(sql<Buffer | null>`string_agg(leaf_hash, ''::bytea order by idx)`.as("hashes"))
    .where("idx", ">=", String(from))
    .where("idx", "<", String(to))
    .executeTakeFirstOrThrow();
  return row.hashes ?? Buffer.alloc(0);
}

async function nodeHashes(db: Kysely<Database>, level: number, { from, to }: HashRange): Promise<Buffer> {
  const row = await db
    .selectFrom("ledger_node")
    .select(sql<Buffer | null>`string_agg(hash, ''::bytea order by n)`.as("hashes"))
    .where("level", "=", level)
    .where("n", ">=", String(from))
    .where("n", "<", String(to))
    .executeTakeFirstOrThrow();
  return row.hashes ?? Buffer.alloc(0);
}
