import { SignalboxError } from "@signalbox/proto";
import { type Kysely, sql } from "kysely";
import type { KeyDatabase } from "../keys/key-database.ts";

const LEAVES_AT_ONCE = 1_000;
const PATIENCE_MS = 10_000;
const RETRY_AFTER_MS = 1_000;

/**
 * Reads the register into the lines of costs, as far as it goes by now. Rejects with `stage-unavailable` when that takes
 * longer than an answer may: what was read stays read, and the next question goes on from there.
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
