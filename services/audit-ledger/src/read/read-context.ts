import type { Logger } from "@signalbox/kit";
import type { Kysely } from "kysely";
import type { CommitSignal } from "../announce/commit-signal.ts";
import type { LogKeys } from "../checkpoint/log-keys.ts";
import type { Database } from "../database.ts";
import type { LogFiles } from "./files/log-files.ts";
import type { ProvenLeaves } from "./proven-leaves.ts";

/** What the handlers of the read side share. */
export type ReadContext = {
  readonly db: Kysely<Database>;
  readonly log: Logger;
  readonly commits: CommitSignal;
  /** The keys that sign checkpoints. */
  readonly keys: LogKeys;
  /** The log as tiles and checkpoints, which proofs are made of. */
  readonly files: LogFiles;
  /** The leaves that proofs are of. */
  readonly proven: ProvenLeaves;
};
