import { uuidv7 } from "@signalbox/kit";
import { type Kysely, sql } from "kysely";
import type { ContentDatabase } from "./content-database.ts";
import { firstIdAt } from "./erase-rows.ts";
import type { ErasureTarget } from "./erasure-target.ts";

/**
 * Holds back what requests that came until `nowMs` would still write of what is erased: labels that wait in a queue,
 * and what an answer leaves that is under way. Resolves with the hold's id when nobody writes any of it any more.
 */
export async function holdBack(
  db: Kysely<ContentDatabase>,
  { of, scope, user }: ErasureTarget,
  nowMs: number,
): Promise<string> {
  const id = uuidv7(nowMs);
  const requestId = scope.kind === "request" ? scope.requestId : null;
  const cameFromMs = scope.kind === "age" ? (scope.fromMs ?? 0) : 0;
  const cameBeforeMs = Math.min(scope.kind === "age" ? scope.beforeMs : Infinity, nowMs + 1);
  await sql`select erase(${id}::uuid, ${of}, ${requestId}::uuid, ${user}, ${firstIdAt(cameFromMs)}::uuid,
    ${firstIdAt(cameBeforeMs)}::uuid)`.execute(db);
  return id;
}

/** What did not happen holds nobody back. */
export async function letGo(db: Kysely<ContentDatabase>, id: string): Promise<void> {
  await db.deleteFrom("erasure").where("id", "=", id).execute();
}
