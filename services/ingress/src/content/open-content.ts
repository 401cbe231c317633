import type { Logger, Recorder } from "@signalbox/kit";
import { SYSTEM_TENANT, type ErasureEvent } from "@signalbox/proto";
import type { Kysely } from "kysely";
import type { Config } from "../config.ts";
import type { KeyDatabase } from "../keys/key-database.ts";
import { ContentSeal } from "../responses/content-seal.ts";
import type { ContentDatabase } from "./content-database.ts";
import { ContentStore } from "./content-store.ts";

/** Keys of another use, from the same secrets, are other keys. */
const PURPOSE = "signalbox.retained-content.v1";
const RETRY_FOR_MS = 5_000;

/** The store of retained content, in the database of the keys and sealed with their pepper. */
export function openContent(
  { content: config }: Config,
  { db, pepper, recorder, log }: { db: Kysely<KeyDatabase>; pepper: Uint8Array; recorder: Recorder; log: Logger },
): ContentStore {
  return new ContentStore({
    db: db.withTables<ContentDatabase>(),
    seal: new ContentSeal(pepper, PURPOSE),
    config,
    log,
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
