import type { Bus, Logger, Recorder } from "@signalbox/kit";
import {
  CACHE_ERASED_SUBJECT,
  ERASED_ANSWERS_MAX,
  SYSTEM_TENANT,
  type ErasedAnswers,
  type ErasureEvent,
} from "@signalbox/proto";
import type { Kysely } from "kysely";
import type { Config } from "../config.ts";
import type { KeyDatabase } from "../keys/key-database.ts";
import { ContentSeal } from "../responses/content-seal.ts";
import type { ContentDatabase } from "./content-database.ts";
import { ContentStore } from "./content-store.ts";

/** Keys of another use, from the same secrets, are other keys. */
const PURPOSE = "signalbox.retained-content.v1";
const RETRY_FOR_MS = 5_000;

type Opening = {
  readonly bus: Bus;
  readonly db: Kysely<KeyDatabase>;
  readonly pepper: Uint8Array;
  readonly recorder: Recorder;
  readonly log: Logger;
};

/** The store of retained content, in the database of the keys and sealed with their pepper. */
export function openContent({ content: config }: Config, { bus, db, pepper, recorder, log }: Opening): ContentStore {
  return new ContentStore({
    db: db.withTables<ContentDatabase>(),
    seal: new ContentSeal(pepper, PURPOSE),
    config,
    log,
    forgetAnswers(entryIds) {
      for (let from = 0; from < entryIds.length; from += ERASED_ANSWERS_MAX) {
        const gone: ErasedAnswers = { entryIds: entryIds.slice(from, from + ERASED_ANSWERS_MAX) };
        bus.connection.publish(CACHE_ERASED_SUBJECT, JSON.stringify(gone));
      }
    },
    async record(erasure) {
      const event: Omit<ErasureEvent, "eventId" | "producer" | "atMs"> = {
        schema: "signalbox.event.erasure.v1",
        tenant: SYSTEM_TENANT,
        requestId: null,
        ...erasure,
      };
      const record = { type: "erasure", tenant: SYSTEM_TENANT, event, audit: "async" } as const;
      await recorder.record({ ...record, retryForMs: RETRY_FOR_MS });
    },
  });
}
