import { setTimeout as sleep } from "node:timers/promises";
import { SignalboxError } from "@signalbox/proto";

/** From the queue's acknowledgement of a record to its commit takes some milliseconds, under load up to a second. */
const COMMIT_WITHIN_MS = 2_000;
const PAUSE_MIN_MS = 25;
const PAUSE_MAX_MS = 400;
const TIME_DIGITS = 12;

/**
 * Asks the register, and again while it does not know an id that was made a moment ago: a caller has its answer, and with it
 * the id, before the leaf is committed. An id says when it was made (UUIDv7), so nobody waits for an old one.
 */
export async function onceCommitted<Answer>(id: string, ask: () => Promise<Answer>): Promise<Answer> {
  for (let pauseMs = PAUSE_MIN_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)) {
    try {
      return await ask();
    } catch (error) {
      if (SignalboxError.from(error).code !== "not-found" || !isFresh(id)) throw error;
      await sleep(pauseMs);
    }
  }
}

/** The difference counts in both directions, because the clocks of two machines differ. */
function isFresh(id: string): boolean {
  const madeAtMs = Number.parseInt(id.replaceAll("-", "").slice(0, TIME_DIGITS), 16);
  return Math.abs(Date.now() - madeAtMs) < COMMIT_WITHIN_MS;
}
