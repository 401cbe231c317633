import { generateKeyPairSync } from "node:crypto";
import { producerKeyId } from "@signalbox/tlog";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Bus } from "./bus.ts";
import { createLogger } from "./logger.ts";
import { createRecorder } from "./recorder.ts";

const HOUR_MS = 3_600_000;
const { privateKey } = generateKeyPairSync("ed25519");
const log = createLogger("test", { logLevel: "silent", instance: "test" });

type Callback = (error: null, message: { subject: string; data: Uint8Array }) => void;

/** A bus whose stream acknowledges everything at once, and over which no receipt ever comes. */
function withoutReceipts(): Bus {
  const acknowledged: Callback[] = [];
  const connection = {
    isClosed: () => false,
    subscribe: (subject: string, { callback }: { callback: Callback }) => {
      if (subject.includes(".ack.")) acknowledged.push(callback);
      return { unsubscribe: () => undefined };
    },
    publish: (_subject: string, _payload: Uint8Array, { reply }: { reply: string }) => {
      setImmediate(() => acknowledged.forEach((take) => take(null, { subject: reply, data: Buffer.from("{}") })));
    },
  };
  return { inbox: "_INBOX.test", instance: "test", isConnected: () => true, connection } as unknown as Bus;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test.each([
  ["back", -HOUR_MS],
  ["ahead", HOUR_MS],
])("a receipt is waited for as long as was asked, also where the clock is set %s meanwhile", async (_name, jumpMs) => {
  const key = { keyId: producerKeyId(privateKey), privateKey };
  using recorder = createRecorder({ bus: withoutReceipts(), service: "policy", key, log });
  const ended = vi.fn<(error: Error) => void>();
  const event = { type: "decision", tenant: "default", event: {}, audit: "sync", retryForMs: 0 } as const;
  recorder.record({ ...event, receiptWithinMs: 3_000 }).catch(ended);
  await vi.advanceTimersByTimeAsync(1_000);
  vi.setSystemTime(Date.now() + jumpMs);
  // The first try ends after two seconds, and the second one a second later.
  await vi.advanceTimersByTimeAsync(1_900);
  expect(ended).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(200);
  expect(ended).toHaveBeenCalledWith(expect.objectContaining({ code: "audit-unavailable" }));
});
