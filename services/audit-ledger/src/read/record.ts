import type { LedgerRecord } from "@signalbox/proto/grpc/ledger";
import { sql, type Kysely } from "kysely";
import type { Database } from "../database.ts";
import { entryOf, type LeafRow } from "./leaf-rows.ts";

/**
 * Everything of one request around one of its decisions: the one asked for, else the one that was executed, else the
 * latest.
 */
export function recordOf(leaves: readonly LeafRow[], labelsJson: string, askedDecisionId: string | null): LedgerRecord {
  const decisions = leaves.filter((row) => row.type === "decision");
  const outcome = leaves.find((row) => row.type === "outcome");
  const wanted = askedDecisionId ?? outcome?.decision_id;
  const decision = decisions.find((row) => row.decision_id === wanted) ?? decisions.at(-1);
  const related = leaves.filter((row) => row !== decision && row !== outcome);
  return {
    decision: decision && entryOf(decision),
    outcome: outcome && entryOf(outcome),
    related: related.map(entryOf),
    labelsJson,
  };
}

/** The plain labels of some requests as JSON, by request id; nothing for those that have none or whose were erased. */
export async function labelsOfRequests(
  db: Kysely<Database>,
  requestIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom("ledger_label")
    .select("request_id")
    .select(sql<string>`labels::text`.as("json"))
    .where(sql<boolean>`request_id = any (${requestIds}::uuid[])`)
    .execute();
  return new Map(rows.map((row) => [row.request_id, row.json]));
}
