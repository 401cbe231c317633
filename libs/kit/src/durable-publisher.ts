import { setTimeout as sleep } from "node:timers/promises";
import { decodeJson, type Bus } from "./bus.ts";
import { subscribe } from "./subscribe.ts";
import { uuidv7 } from "./uuid.ts";

const ACK_TIMEOUT_MS = 2_000;
const SWEEP_EVERY_MS = 250;
const RETRY_EVERY_MS = 200;

/** Publishes to JetStream subjects and waits for the stream's acknowledgement. */
export type DurablePublisher = Disposable & {
  /**
   * Resolves on the acknowledgement. Rejects when the stream is missing, full or silent, after trying again for
   * `retryForMs`. A try whose acknowledgement was lost may be stored twice; consumers are idempotent by event id.
   */
  publish(message: { subject: string; payload: Uint8Array; retryForMs: number }): Promise<void>;
};

type Waiting = { resolve: () => void; reject: (error: Error) => void; sentAtMs: number };

/**
 * One subscription takes all acknowledgements, and one timer ends all waits: a timer for each publish costs more than
 * the publish.
 */
export function createDurablePublisher(bus: Bus): DurablePublisher {
  // Its own inbox: two publishers of one process must not take each other's acknowledgements.
  const inbox = `${bus.inbox}.ack.${uuidv7().slice(-12)}`;
  const waiting = new Map<string, Waiting>();
  let counter = 0;
  let isClosed = false;

  const subscription = subscribe(bus, `${inbox}.*`, {
    callback: (_error, message) => {
      const wait = waiting.get(message.subject);
      waiting.delete(message.subject);
      if (message.headers?.code === 503) wait?.reject(new Error("there is no stream on the subject"));
      else settle(wait, message.data);
    },
  });
  const sweep = setInterval(() => {
    // By a clock that nobody sets: one that is set back would keep the first wait, and all behind it, for as long.
    const before = performance.now() - ACK_TIMEOUT_MS;
    for (const [reply, wait] of waiting) {
      if (wait.sentAtMs > before) break;
      waiting.delete(reply);
      wait.reject(new Error("the stream did not acknowledge in time"));
    }
  }, SWEEP_EVERY_MS);
  sweep.unref();

  function publishOnce(subject: string, payload: Uint8Array): Promise<void> {
    if (isClosed) return Promise.reject(new Error("the publisher is closed"));
    if (!bus.isConnected()) return Promise.reject(new Error("NATS is not connected"));
    counter += 1;
    const reply = `${inbox}.${counter.toString(36)}`;
    // Before the wait is noted: what cannot be sent throws, and nobody would hear of the wait's end.
    bus.connection.publish(subject, payload, { reply });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    waiting.set(reply, { resolve, reject, sentAtMs: performance.now() });
    return promise;
  }

  return {
    async publish({ subject, payload, retryForMs }) {
      const giveUpAtMs = performance.now() + retryForMs;
      for (;;) {
        try {
          await publishOnce(subject, payload);
          return;
        } catch (error) {
          if (isClosed || performance.now() + RETRY_EVERY_MS > giveUpAtMs) throw error;
          await sleep(RETRY_EVERY_MS);
        }
      }
    },
    [Symbol.dispose]() {
      isClosed = true;
      clearInterval(sweep);
      subscription[Symbol.dispose]();
      for (const { reject } of waiting.values()) reject(new Error("the publisher is closed"));
      waiting.clear();
    },
  };
}

function settle(wait: Waiting | undefined, data: Uint8Array): void {
  if (wait === undefined) return;
  const ack = decodeJson(data) as { error?: { description?: string } };
  if (ack.error === undefined) wait.resolve();
  else wait.reject(new Error(`the stream refused: ${ack.error.description ?? "no reason given"}`));
}
