import { SignalboxError } from "@signalbox/proto";
import { type Kysely, sql } from "kysely";
import type { KeyDatabase } from "../keys/key-database.ts";

const LEAVES_AT_ONCE = 1_000;
const PATIENCE_MS = 10_000;
const RETRY_AFTER_MS = 1_000;

/**
 * Brings the table of cost lines up to the end of the register. Rejects with `stage-unavailable` after PATIENCE_MS; what was
 * read stays, and the next call continues there.
 */
export async function readCosts(db: Kysely<KeyDatabase>): Promise<void> {
  const untilMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const { rows } = await sql<{ read: string; size: string }>`select * from cost_book(${LEAVES_AT_ONCE})`.execute(db);
    const [at] = rows;
    if (at === undefined || at.read === at.size) return;
    if (Date.now() < untilMs) continue;
    throw new SignalboxError(
      "stage-unavailable",
      `The register is being read for its costs: ${at.read} of ${at.size} leaves. Ask again.`,
      { details: { stage: "ingress", retryAfterMs: RETRY_AFTER_MS } },
    );
  }
}
