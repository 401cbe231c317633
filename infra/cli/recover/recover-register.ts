import { setTimeout as sleep } from "node:timers/promises";
import { openPostgresStore, OtherHistoryError, restoreLeaves, type Restored } from "@signalbox/audit-ledger/restore";
import { createLogger } from "@signalbox/kit";
import { LogCopy, TILE_WIDTH, type ReadPath } from "@signalbox/tlog";
import { Client } from "pg";
import { failure } from "../failure.ts";
import { DocumentKeeper } from "./document-keeper.ts";
import { KeyKeeper } from "./key-keeper.ts";

const LOCK_RETRY_MS = 50;
const LOCK_LIMIT_MS = 30_000;

type RecoverOptions = {
  readonly database: string;
  readonly origin: string;
  /** A copy of the whole log, verified. */
  readonly read: ReadPath;
  readonly size: number;
  readonly onProgress: (leaves: number) => void;
};

/** What stands beside the leaves and was not there any more: documents that they name, and changes of keys. */
type Beside = { readonly documents: number; readonly keys: number };

export type Recovered = Restored & Beside;

/** Brings a register that was put back to the end of a copy. Its ledger may run: it stands by meanwhile. */
export async function recoverRegister(options: RecoverOptions): Promise<Recovered> {
  const { database, origin, read } = options;
  const client = new Client({ connectionString: database });
  await client.connect();
  try {
    await using store = await openPostgresStore(
      database,
      createLogger("recover", { logLevel: "error", instance: "cli" }),
    );
    const deadline = performance.now() + LOCK_LIMIT_MS;
    while (!(await store.tryLock())) {
      if (performance.now() > deadline) throw failure("stage-unavailable", "A ledger appends.", "Stop it first.");
      await sleep(LOCK_RETRY_MS);
    }
    const documents = new DocumentKeeper(client, read);
    const keys = await KeyKeeper.open(client, read);
    const restored = await restoreLeaves(store, { origin, leaves: leavesOf(options, [documents, keys]) });
    return { ...restored, documents: documents.kept, keys: keys.kept };
  } catch (error) {
    if (!(error instanceof OtherHistoryError)) throw error;
    throw failure("unprocessable", error.message, "The register is left as it is; `fsck` says what is wrong with it.");
  } finally {
    await client.end();
  }
}

async function* leavesOf(
  { read, size, onProgress }: RecoverOptions,
  keepers: readonly { keepFor(leaf: Uint8Array): Promise<void> }[],
): AsyncGenerator<Uint8Array> {
  const copy = new LogCopy(read);
  for (let first = 0; first < size; first += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, size - first);
    const bundle = await copy.entries({ index: first / TILE_WIDTH, width });
    if (bundle.kind !== "read" || bundle.entries.length < width) {
      throw failure("unprocessable", `The copy has no entries from ${first} on.`, "Recover from a whole export.");
    }
    for (const leaf of bundle.entries) {
      for (const keeper of keepers) await keeper.keepFor(leaf);
      yield leaf;
    }
    onProgress(first + width);
  }
}
