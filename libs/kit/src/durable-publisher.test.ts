import { setImmediate as nextTurn } from "node:timers/promises";
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

const tooLarge = (): never => {
  throw new Error("MAX_PAYLOAD_EXCEEDED");
};

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

test("a message that cannot be sent is refused once, and leaves no wait that ends with nobody listening", async () => {
  const unheard = vi.fn<(error: unknown) => void>();
  process.on("unhandledRejection", unheard);
  try {
    const connection = { ...silent.connection, publish: tooLarge };
    using publisher = createDurablePublisher({ ...silent, connection });
    const message = { subject: "event.decision.default", payload: new Uint8Array(), retryForMs: 0 };
    await expect(publisher.publish(message)).rejects.toThrow("MAX_PAYLOAD_EXCEEDED");
    await vi.advanceTimersByTimeAsync(3_000);
    vi.useRealTimers();
    await nextTurn();
    expect(unheard).not.toHaveBeenCalled();
  } finally {
    process.off("unhandledRejection", unheard);
  }
});

test("a publish between two tries ends when the publisher is closed, and sends nothing more", async () => {
  vi.useRealTimers();
  const publish = vi.fn<() => never>(tooLarge);
  const publisher = createDurablePublisher({ ...silent, connection: { ...silent.connection, publish } });
  const message = { subject: "event.decision.default", payload: new Uint8Array(), retryForMs: 60_000 };
  const published = publisher.publish(message);
  await nextTurn();
  publisher[Symbol.dispose]();
  await expect(published).rejects.toThrow("the publisher is closed");
  expect(publish).toHaveBeenCalledTimes(1);
});
