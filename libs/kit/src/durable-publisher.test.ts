import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Bus } from "./bus.ts";
import { createDurablePublisher } from "./durable-publisher.ts";

const HOUR_MS = 3_600_000;

/** A stream that takes everything and acknowledges nothing. */
const silent = {
  inbox: "_INBOX.test",
  instance: "test",
  isConnected: () => true,
  connection: { isClosed: () => false, publish: () => undefined, subscribe: () => ({ unsubscribe: () => undefined }) },
} as unknown as Bus;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test.each([
  ["back", -HOUR_MS],
  ["ahead", HOUR_MS],
])(
  "a publish that is not acknowledged ends in time, also where the clock is set %s meanwhile",
  async (_name, jumpMs) => {
    using publisher = createDurablePublisher(silent);
    const ended = vi.fn<(error: Error) => void>();
    const payload = new Uint8Array();
    publisher.publish({ subject: "event.decision.default", payload, retryForMs: 0 }).catch(ended);
    await vi.advanceTimersByTimeAsync(1_000);
    vi.setSystemTime(Date.now() + jumpMs);
    await vi.advanceTimersByTimeAsync(500);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ended).toHaveBeenCalledWith(new Error("the stream did not acknowledge in time"));
  },
);
