import { CACHE_ERASED_SUBJECT, CACHE_STORED_SUBJECT, ErasedAnswers, Uuid } from "@signalbox/proto";
import { decodeJson, packItems, subscribe, tickBatch, type Bus, type Logger } from "@signalbox/kit";
import { z } from "zod";
import { CacheEntry } from "./cache-entry.ts";

const MESSAGE_MAX_BYTES = 512 * 1024;

/** What the cache instances tell each other. It holds no bodies; these are in Postgres. */
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

type NoticeOptions = { readonly bus: Bus; readonly log: Logger; readonly onNotice: (notice: EntryNotice) => void };

/** Subscribes to the notices of all instances, this one's own included. */
export function listenNotices(options: NoticeOptions): Disposable {
  return listen(CACHE_STORED_SUBJECT, options, (message) => {
    return Message.safeParse(message).data?.items ?? null;
  });
}

/** Subscribes to ingress' messages of erased answers. */
export function listenErasures(options: NoticeOptions): Disposable {
  return listen(CACHE_ERASED_SUBJECT, options, (message) => {
    const entryIds = ErasedAnswers.safeParse(message).data?.entryIds ?? null;
    return entryIds?.map((entryId) => ({ kind: "removed", entryId }) as const) ?? null;
  });
}

/** `read` gives null for what does not fit its contract. */
function listen(
  subject: string,
  { bus, log, onNotice }: NoticeOptions,
  read: (message: unknown) => readonly EntryNotice[] | null,
): Disposable {
  return subscribe(bus, subject, {
    callback: (error, message) => {
      if (error !== null) {
        log.error({ err: error }, "the subscription to notices failed");
        return;
      }
      const notices = read(decodeJson(message.data));
      if (notices === null) log.error("a notice does not fit its contract");
      else notices.forEach(onNotice);
    },
  });
}
