import { sql, type Kysely } from "kysely";
import type { Database } from "../database.ts";
import { leafText } from "./packed-leaves.ts";
import { readRecordedDecision } from "./recorded-decision.ts";

/**
 * The engine that decides now: the one kept last, unless a decision since then names another, as after a return to an
 * earlier version, whose engine was kept long ago. Null before the first.
 */
export async function presentEngine(db: Kysely<Database>): Promise<string | null> {
  const kept = await db
    .selectFrom("document")
    .select("digest")
    .select(sql<string>`(extract(epoch from created_at) * 1000)::bigint`.as("at_ms"))
    .where("kind", "=", "engine")
    .orderBy("created_at", "desc")
    .limit(1)
    .executeTakeFirst();
  const decision = await db
    .selectFrom("ledger_leaf")
    .select(["leaf", "at_ms"])
    .where("type", "=", "decision")
    .orderBy("idx", "desc")
    .limit(1)
    .executeTakeFirst();
  if (decision === undefined || Number(decision.at_ms) < Number(kept?.at_ms ?? 0)) return kept?.digest ?? null;
  return readRecordedDecision(leafText(decision.leaf), {}).names.engine;
}
