import { SignalboxError } from "@signalbox/proto";
import type { Kysely } from "kysely";
import type { Database } from "../../database.ts";

/** The hashes [from, to) of a level of the tree; of level 0 the leaves' own. Throws `internal` when one is not there. */
export async function readHashes(
  db: Kysely<Database>,
  level: number,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Buffer[]> {
  const hashes = level === 0 ? await leafHashes(db, from, to) : await nodeHashes(db, level, { from, to });
  if (hashes.length === to - from) return hashes;
  throw new SignalboxError("internal", "The register's tree has a hole.", {
    cause: new Error(`level ${level} has ${hashes.length} hashes from ${from} to ${to}`),
  });
}

async function leafHashes(db: Kysely<Database>, from: number, to: number): Promise<Buffer[]> {
  const rows = await db
    .selectFrom("ledger_leaf")
    .select("leaf_hash as hash")
    .where("idx", ">=", String(from))
    .where("idx", "<", String(to))
    .orderBy("idx")
    .execute();
  return rows.map(({ hash }) => hash);
}

async function nodeHashes(
  db: Kysely<Database>,
  level: number,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Buffer[]> {
  const rows = await db
    .selectFrom("ledger_node")
    .select("hash")
    .where("level", "=", level)
    .where("n", ">=", String(from))
    .where("n", "<", String(to))
    .orderBy("n")
    .execute();
  return rows.map(({ hash }) => hash);
}
