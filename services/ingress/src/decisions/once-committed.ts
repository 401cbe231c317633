import { setTimeout as sleep } from "node:timers/promises";
import { SignalboxError } from "@signalbox/proto";

/** From a record's acknowledgement by the queue to its commit it takes some milliseconds, under load up to a second. */
const COMMIT_WITHIN_MS = 2_000;
const PAUSE_MIN_MS = 25;
const PAUSE_MAX_MS = 400;
const TIME_DIGITS = 12;

/**
 * Asks the register for what bears an id, and again where that was made a moment ago: a caller has its answer, and with it
 * the id, before the register has the leaf. Ids say when they were made (UUIDv7), so an old one is not waited for.
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

/** Clocks of two machines may differ by as much, and an id from a time to come is somebody's own. */
function isFresh(id: string): boolean {
  const madeAtMs = Number.parseInt(id.replaceAll("-", "").slice(0, TIME_DIGITS), 16);
  return Math.abs(Date.now() - madeAtMs) < COMMIT_WITHIN_MS;
}
