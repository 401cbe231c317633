import type { Logger } from "@signalbox/kit";
import type { Kysely } from "kysely";
import type { Config } from "../config.ts";
import type { KeyDatabase } from "../keys/key-database.ts";
import { ContentSeal } from "./content-seal.ts";
import type { ResponseDatabase } from "./response-database.ts";
import { ResponseStore } from "./response-store.ts";

/** The store of responses, in the database of the keys and sealed with their pepper. */
export function openResponses(
  { responses: config }: Config,
  { db, pepper, log }: { db: Kysely<KeyDatabase>; pepper: Uint8Array; log: Logger },
): ResponseStore {
  return new ResponseStore({
    db: db.withTables<ResponseDatabase>(),
    seal: new ContentSeal(pepper),
    config,
    log,
  });
}
