import type { Logger } from "@signalbox/kit";
import type { Kysely } from "kysely";
import type { KeyDatabase } from "../keys/key-database.ts";
import type { AdminChanges } from "./admin-changes.ts";

/** What the routes of the operator's API work with. */
export type AdminContext = {
  readonly db: Kysely<KeyDatabase>;
  readonly pepper: Uint8Array;
  readonly changes: AdminChanges;
  readonly log: Logger;
};
