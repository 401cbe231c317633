import { CACHE_STORED_SUBJECT, Uuid } from "@signalbox/proto";
import { decodeJson, packItems, tickBatch, type Bus, type Logger } from "@signalbox/kit";
import { z } from "zod";
import { CacheEntry } from "./cache-entry.ts";

const MESSAGE_MAX_BYTES = 512 * 1024;

/** What the cache instances tell each other: metadata alone, bodies are in Postgres. */
const EntryNotice = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("stored"), entry: CacheEntry }),
  /** Deleted before its time, to make room. */
  z.strictObject({ kind: z.literal("removed"), entryId: Uuid }),
]);
export type EntryNotice = z.infer<typeof EntryNotice>;

const Message = z.strictObject({ items: z.array(EntryNotice) });

/** Sends this instance's notices, one message an event-loop tick. A lost notice costs another instance a hit, no more. */
export function createNotifier(bus: Bus): (notice: EntryNotice) => void {
  return tickBatch((notices) => {
    if (!bus.isConnected()) return;
    const texts = notices.map((notice) => JSON.stringify(notice));
    for (const { payload } of packItems(texts, MESSAGE_MAX_BYTES)) {
      bus.connection.publish(CACHE_STORED_SUBJECT, payload);
    }
  });
}

/** Hears the notices of all instances, this one's own among them. */
export function listenNotices(options: { bus: Bus; log: Logger; onNotice: (notice: EntryNotice) => void }): Disposable {
  const { bus, log, onNotice } = options;
  const subscription = bus.connection.subscribe(CACHE_STORED_SUBJECT, {
    callback: (error, message) => {
      if (error !== null) {
        log.error({ err: error }, "the subscription to notices failed");
        return;
      }
      const parsed = Message.safeParse(decodeJson(message.data));
      if (parsed.success) parsed.data.items.forEach(onNotice);
      else log.error("a notice does not fit its contract");
    },
  });
  return {
    [Symbol.dispose]() {
      if (!bus.connection.isClosed()) subscription.unsubscribe();
    },
  };
}
