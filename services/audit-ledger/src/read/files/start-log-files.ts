import type { Logger } from "@signalbox/kit";
import type { Kysely } from "kysely";
import type { Head } from "../../append/head.ts";
import type { LogKeys } from "../../checkpoint/log-keys.ts";
import type { Config } from "../../config.ts";
import type { Database } from "../../database.ts";
import { collectCosignatures } from "../../witness/cosignature-collector.ts";
import { readPolicy } from "../../witness/read-policy.ts";
import { startFileServer } from "./file-server.ts";
import { LogFiles } from "./log-files.ts";
import { Publication } from "./publication.ts";
import { TreeNodes } from "./tree-nodes.ts";

type LogFilesOptions = {
  readonly db: Kysely<Database>;
  readonly log: Logger;
  /** The log's own. */
  readonly keys: LogKeys;
  /** The head as it was committed; null while another instance sequences. */
  readonly head: () => Head | null;
  /** Whether this instance is the one that signs. */
  readonly isLeading: () => boolean;
};

type StartedLogFiles = AsyncDisposable & {
  readonly files: LogFiles;
  /** Of the HTTP server; null when none was asked for. */
  readonly port: number | null;
};

/** The log as it is shown: its tree's nodes kept up, its checkpoints witnessed and published, its files served. */
export async function startLogFiles(config: Config, options: LogFilesOptions): Promise<StartedLogFiles> {
  const { db, log, keys, head, isLeading } = options;
  await using starting = new AsyncDisposableStack();
  const nodes = starting.use(new TreeNodes(db, log, async () => head()?.size ?? committedSize(db)));
  const { policyFile, unwitnessedAfterMs, timeoutMs } = config.witness;
  const witnessing = readPolicy(policyFile);
  const policy = witnessing?.policy ?? null;
  const publication = new Publication(db, { policy, unwitnessedAfterMs });
  const names = { keys, witnessPolicy: witnessing?.bytes ?? null };
  const files = new LogFiles(db, { nodes, publication, names });
  if (policy !== null) starting.use(collectCosignatures({ db, log, files, policy, timeoutMs, isLeading }));
  const { host, port } = config.files;
  const { callers } = config.grpc;
  const server = port === null ? null : starting.use(await startFileServer({ host, port, files, callers, log }));
  const running = starting.move();
  return { files, port: server?.port ?? null, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function committedSize(db: Kysely<Database>): Promise<number> {
  return Number((await db.selectFrom("ledger_head").select("size").executeTakeFirstOrThrow()).size);
}
