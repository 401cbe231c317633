import type { Readable } from "node:stream";

/** How long a provider may take to end a body whose answer is complete, before its connection is given up. */
const DRAIN_TIMEOUT_MS = 1_000;

/** Reads what follows the end of an answer, so that the connection can be used again; nobody waits for it. */
export function drainBody(rest: AsyncIterator<unknown>, body: Readable): void {
  const timer = setTimeout(() => body.destroy(), DRAIN_TIMEOUT_MS);
  timer.unref();
  void (async () => {
    try {
      while ((await rest.next()).done !== true);
    } catch {
      // The answer was complete: how its connection ends concerns nobody.
    } finally {
      clearTimeout(timer);
    }
  })();
}
