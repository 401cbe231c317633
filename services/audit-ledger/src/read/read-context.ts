import type { Logger } from "@signalbox/kit";
import type { Kysely } from "kysely";
import type { CommitSignal } from "../announce/commit-signal.ts";
import type { Database } from "../database.ts";
import type { LogFiles } from "./files/log-files.ts";
import type { Callers } from "./scope.ts";

/** What the handlers of the read side share. */
export type ReadContext = {
  readonly db: Kysely<Database>;
  readonly log: Logger;
  readonly callers: Callers;
  readonly commits: CommitSignal;
  /** The log's verifier key. */
  readonly vkey: string;
  /** The log as its tiles and proofs are read. */
  readonly files: LogFiles;
};
