import { repeatWork, type Logger } from "@signalbox/kit";
import { signCheckpoint } from "@signalbox/tlog";
import type { Kysely } from "kysely";
import type { Head } from "../append/head.ts";
import type { Database } from "../database.ts";
import { checkpointSizeGauge } from "../metrics.ts";
import type { LogKeys } from "./log-keys.ts";
import type { SignedHead } from "./signed-head.ts";

/** Half of what is promised, so that a checkpoint is never older than a second while there is something new. */
const CHECK_EVERY_MS = 500;

type CheckpointerOptions = {
  readonly db: Kysely<Database>;
  readonly log: Logger;
  readonly origin: string;
  readonly keys: LogKeys;
  readonly signedHead: SignedHead;
  /** The head as it was committed; null while this instance does not sequence. */
  readonly head: () => Head | null;
};

/** Signs the committed head whenever it has grown since the last checkpoint. */
export function startCheckpointer(options: CheckpointerOptions): AsyncDisposable {
  const { log, head } = options;
  let signedSize = -1;

  async function signIfGrown(): Promise<void> {
    const now = head();
    if (now === null || now.size === signedSize) return;
    await signAndStore(now, options);
    signedSize = now.size;
    checkpointSizeGauge.set(signedSize);
  }

  const signing = repeatWork({
    everyMs: CHECK_EVERY_MS,
    work: signIfGrown,
    onFailure: (error) => log.error({ err: error }, "no checkpoint could be signed"),
  });
  return {
    async [Symbol.asyncDispose]() {
      await signing[Symbol.asyncDispose]();
      // What was committed since the last turn is signed too, so that a stopped log is wholly covered.
      await signing.run();
    },
  };
}

async function signAndStore(head: Head, options: CheckpointerOptions): Promise<void> {
  const { db, origin, keys, signedHead } = options;
  const signers = await keys.signersFor(head.size);
  await signedHead.record(head);
  const note = signCheckpoint({ origin, ...head }, signers);
  await db
    .insertInto("ledger_checkpoint")
    .values({ size: String(head.size), root: head.root, note })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
