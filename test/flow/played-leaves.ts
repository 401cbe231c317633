import { type UnsignedEvent, uuidv7 } from "@signalbox/kit";
import { type Kysely, sql } from "kysely";
import { createProducer } from "./ledger-events.ts";

/** Puts a leaf at the end of a register that has no ledger, as its columns and the size of the log say it. */
export async function appendLeaf<Tables>(
  db: Kysely<Tables>,
  event: UnsignedEvent,
  { requestId, decisionId, tenant }: { requestId: string; decisionId: string; tenant: string },
): Promise<void> {
  const leaf = Buffer.from(createProducer("policy").sign([event])[0]!.envelope);
  const head = await sql<{ size: string }>`update ledger_head set size = size + 1 returning size`.execute(db);
  await sql`
    insert into ledger_leaf (idx, leaf, leaf_hash, event_id, type, tenant, request_id, decision_id, at_ms, kind)
    values (${Number(head.rows[0]?.size) - 1}, ${leaf}, ${Buffer.alloc(32)}, ${uuidv7()}, ${event.type}, ${tenant},
      ${requestId}, ${decisionId}, 1, 'completed')`.execute(db);
}
