import { SignalboxError, type StageName } from "@signalbox/proto";
import type { Bus } from "./bus.ts";
import { subscribe } from "./subscribe.ts";
import { packItems, tickBatch } from "./tick-batch.ts";

const MESSAGE_MAX_BYTES = 512 * 1024;
/** "No responders" comes back within a few milliseconds; what is older was delivered. */
const UNDELIVERED_WATCH_MS = 2_000;

/** Sends items to the next stage and learns at once when no instance of it runs. */
export type Forwarder<T> = Disposable & { send(item: T): void };

/**
 * Forwards items to a subject's queue group, one message per event-loop tick. The reply subject is this process's own
 * inbox: the server answers there with "no responders" within milliseconds, which the waiting caller would not see.
 * `onUndelivered` is called with each item that no instance took.
 */
export function createForwarder<T>(options: {
  bus: Bus;
  subject: string;
  /** The stage that listens there, named in the error. */
  stage: StageName;
  onUndelivered: (item: T, error: SignalboxError) => void;
}): Forwarder<T> {
  const { bus, subject, stage, onUndelivered } = options;
  const inbox = `${bus.inbox}.fwd.${stage}`;
  const watched = new Map<string, { items: T[]; sentAtMs: number }>();
  let counter = 0;

  const subscription = subscribe(bus, `${inbox}.*`, {
    callback: (_error, message) => {
      if (message.headers?.code !== 503) return;
      const sent = watched.get(message.subject);
      watched.delete(message.subject);
      for (const item of sent?.items ?? []) onUndelivered(item, stageUnavailable(stage));
    },
  });
  const sweep = setInterval(() => {
    const before = performance.now() - UNDELIVERED_WATCH_MS;
    for (const [reply, { sentAtMs }] of watched) {
      if (sentAtMs > before) break;
      watched.delete(reply);
    }
  }, UNDELIVERED_WATCH_MS);
  sweep.unref();

  function flush(items: T[]): void {
    if (!bus.isConnected()) {
      for (const item of items) onUndelivered(item, stageUnavailable(stage));
      return;
    }
    for (const { payload, from, to } of packItems(
      items.map((item) => JSON.stringify(item)),
      MESSAGE_MAX_BYTES,
    )) {
      counter += 1;
      const reply = `${inbox}.${counter.toString(36)}`;
      watched.set(reply, { items: items.slice(from, to), sentAtMs: performance.now() });
      bus.connection.publish(subject, payload, { reply });
    }
  }

  return {
    send: tickBatch(flush),
    [Symbol.dispose]() {
      clearInterval(sweep);
      subscription[Symbol.dispose]();
    },
  };
}

/** The typed 503 for a stage with no instance running. */
export function stageUnavailable(stage: StageName): SignalboxError {
  return new SignalboxError("stage-unavailable", `No ${stage} is running to take the request.`, {
    details: { stage, retryAfterMs: 1_000 },
  });
}
