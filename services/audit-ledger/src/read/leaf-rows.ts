import type { LedgerEntry } from "@signalbox/proto/grpc/ledger";
import { sql, type Kysely, type SelectQueryBuilder, type Selectable } from "kysely";
import type { Database } from "../database.ts";
import type { Scope } from "./scope.ts";

const COLUMNS = ["idx", "event_id", "type", "tenant", "request_id", "decision_id", "leaf", "at_ms"] as const;

/** The columns of a leaf that leave this service. */
export type LeafRow = Pick<Selectable<Database["ledger_leaf"]>, (typeof COLUMNS)[number]>;

/** Leaves of the scope's tenant, or of all. */
export function selectLeaves(db: Kysely<Database>, scope: Scope): SelectQueryBuilder<Database, "ledger_leaf", LeafRow> {
  const query = db.selectFrom("ledger_leaf").select(COLUMNS);
  return scope.tenant === null ? query : query.where("tenant", "=", scope.tenant);
}

/** All leaves of some requests, in the order of the log, by request id. */
export async function leavesOfRequests(
  db: Kysely<Database>,
  scope: Scope,
  requestIds: readonly string[],
): Promise<Map<string, LeafRow[]>> {
  const rows = await selectLeaves(db, scope)
    .where(sql<boolean>`request_id = any (${requestIds}::uuid[])`)
    .orderBy("idx")
    .execute();
  return Map.groupBy(rows, (row) => row.request_id as string);
}

/**
 * All leaves of the request that an id names, by itself or by one of its decisions; none when there are none in scope.
 */
export async function leavesOfId(
  db: Kysely<Database>,
  scope: Scope,
  id: string,
): Promise<{ requestId: string; isDecision: boolean; leaves: LeafRow[] }> {
  const decision = await db
    .selectFrom("ledger_leaf")
    .select("request_id")
    .where("decision_id", "=", id)
    .where("type", "=", "decision")
    .limit(1)
    .executeTakeFirst();
  const requestId = decision?.request_id ?? id;
  const leaves = (await leavesOfRequests(db, scope, [requestId])).get(requestId) ?? [];
  return { requestId, isDecision: decision !== undefined, leaves };
}

export function entryOf(row: LeafRow): LedgerEntry {
  return {
    index: BigInt(row.idx),
    eventId: row.event_id,
    type: row.type,
    tenant: row.tenant,
    requestId: row.request_id ?? "",
    decisionId: row.decision_id ?? "",
    leaf: row.leaf,
    atMs: BigInt(row.at_ms),
  };
}
