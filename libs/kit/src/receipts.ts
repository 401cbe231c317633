import { Receipt, receiptSubject } from "@signalbox/proto";
import { decodeJson, type Bus } from "./bus.ts";
import { subscribe } from "./subscribe.ts";

/** How the ledger answered for one event. */
export type ReceiptResult =
  | { status: "committed"; index: number }
  | { status: "quarantined"; reason: string }
  | { status: "timeout" };

/** Waits for the ledger's receipts of this instance's events. */
export type Receipts = Disposable & { wait(eventId: string, timeoutMs: number): Promise<ReceiptResult> };

export function listenReceipts(bus: Bus): Receipts {
  const waiting = new Map<string, (result: ReceiptResult) => void>();
  const subscription = subscribe(bus, receiptSubject(bus.instance), {
    callback: (error, message) => {
      if (error !== null || message.data.length === 0) return;
      const parsed = Receipt.safeParse(decodeJson(message.data));
      for (const event of parsed.data?.events ?? []) waiting.get(event.eventId)?.(event);
    },
  });
  return {
    wait: (eventId, timeoutMs) =>
      new Promise((resolve) => {
        const settle = (result: ReceiptResult): void => {
          clearTimeout(timer);
          waiting.delete(eventId);
          resolve(result);
        };
        const timer = setTimeout(settle, timeoutMs, { status: "timeout" });
        waiting.set(eventId, settle);
      }),
    [Symbol.dispose]() {
      subscription[Symbol.dispose]();
    },
  };
}
