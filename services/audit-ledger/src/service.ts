import {
  connectBus,
  createLogger,
  readSigningKey,
  runningService,
  startHealthServer,
  type Bus,
  type Logger,
  type RunningService,
} from "@signalbox/kit";
import { startGrpcServer } from "@signalbox/kit/grpc";
import { openPostgres } from "@signalbox/kit/postgres";
import { LedgerService } from "@signalbox/proto/grpc/ledger";
import type { Kysely } from "kysely";
import { CommitSignal } from "./announce/commit-signal.ts";
import { FanOut } from "./announce/fan-out.ts";
import { sendReceipts } from "./announce/receipts.ts";
import type { Head } from "./append/head.ts";
import { createOwnEvents } from "./append/own-events.ts";
import { openPostgresStore } from "./append/postgres-store.ts";
import { BatchReader } from "./append/read-batch.ts";
import { Sequencer } from "./append/sequencer.ts";
import { startCheckpointer } from "./checkpoint/checkpointer.ts";
import { LogKeys } from "./checkpoint/log-keys.ts";
import { SignedHead } from "./checkpoint/signed-head.ts";
import type { Config } from "./config.ts";
import type { Database } from "./database.ts";
import { ProducerKeys, readProducerKeys } from "./events/producer-keys.ts";
import { createCheckpoint } from "./read/checkpoint.ts";
import { createDocument } from "./read/document.ts";
import { startLogFiles } from "./read/files/start-log-files.ts";
import { createGet } from "./read/get.ts";
import { createProveMany, type ProveMany } from "./read/prove-many.ts";
import { createProve } from "./read/prove.ts";
import { ProvenLeaves } from "./read/proven-leaves.ts";
import { createQuery } from "./read/query.ts";
import { DocumentCache } from "./replays/document-cache.ts";
import type { ReadContext } from "./read/read-context.ts";
import { Replayer } from "./replays/replayer.ts";
import { createReplay } from "./read/replay.ts";
import { keepLeafBlocks } from "./read/search/leaf-blocks.ts";
import { createTail } from "./read/tail.ts";
import { DecisionPages } from "./replays/decision-pages.ts";
import { ReplayJobs } from "./replays/replay-jobs.ts";
import { sampleReplays } from "./replays/sample-replays.ts";
import { serveReplays } from "./replays/serve-replays.ts";

const NAME = "audit-ledger";

/** Starts the ledger: it reads at once, and appends as soon as no other instance does. */
export async function startAuditLedger(config: Config): Promise<RunningService> {
  const log = createLogger(NAME, config);
  await using starting = new AsyncDisposableStack();
  const bus = starting.use(await connectBus(NAME, config, log));
  const db = starting.use(openPostgres<Database>({ service: NAME, postgres: config.postgres, log }));
  const commits = new CommitSignal();
  const signedHead = new SignedHead(config.checkpoint.stateFile, config.checkpoint.origin);
  const fanOut = starting.use(new FanOut(bus, log));
  const sequencer = createSequencer(config, { bus, db, log, commits, signedHead, fanOut });
  const { origin, keyFile } = config.checkpoint;
  const keys = new LogKeys({ file: keyFile, origin, db });
  const head = (): Head | null => sequencer.head;
  starting.use(startCheckpointer({ db, log, origin, keys, signedHead, head }));
  // Disposed first: then the last checkpoint covers the last commit.
  starting.use(sequencer);
  const isLeading = (): boolean => sequencer.state === "leading";
  const shown = starting.use(await startLogFiles(config, { db, log, keys, head, isLeading }));
  starting.use(keepLeafBlocks({ db, log, head }));
  const replayer = starting.use(new Replayer(new DocumentCache(db)));
  const decisions = starting.use(new DecisionPages(config.postgres.url, log));
  const jobs = starting.use(new ReplayJobs({ db, bus, log, replayer, decisions, isLeading }));
  starting.use(sampleReplays({ db, log, replayer, isLeading, ...config.replaySample }));
  const proven = starting.use(new ProvenLeaves(config.postgres.url, log));
  const context = { db, log, commits, keys, files: shown.files, proven };
  const proofs = createProveMany(context);
  const stopping = new AbortController();
  const shared = { jobs, replayer, decisions, proofs, stopping: stopping.signal };
  const grpc = starting.use(await serveReads(config, context, shared));
  // Such calls never end by themselves, and the server waits for those that are open.
  starting.defer(() => {
    stopping.abort();
    proofs.endAll();
  });
  const isReady = (): boolean => bus.isConnected() && ["leading", "standby"].includes(sequencer.state);
  starting.use(await startHealthServer(config, isReady));
  await sequencer.started;
  return runningService(starting, { grpc: grpc.port, ...(shown.port === null ? {} : { http: shown.port }) });
}

type Parts = {
  bus: Bus;
  db: Kysely<Database>;
  log: Logger;
  commits: CommitSignal;
  signedHead: SignedHead;
  fanOut: FanOut;
};

function createSequencer(config: Config, { bus, db, log, commits, signedHead, fanOut }: Parts): Sequencer {
  return new Sequencer({
    bus,
    log,
    openStore: () => openPostgresStore(config.postgres.url, log),
    origin: config.checkpoint.origin,
    gapAfterMs: config.gapAfterMs,
    reader: new BatchReader(new ProducerKeys(() => readProducerKeys(db))),
    sign: createOwnEvents(config.instance, readSigningKey(config.signingKeyFile)),
    admitHead: (head) => signedHead.admit(head),
    announce({ plan }) {
      sendReceipts(bus, plan);
      fanOut.publish(plan.leaves);
      commits.notify();
    },
  });
}

/** What the handlers of the read side have beside their context. */
type Shared = {
  readonly jobs: ReplayJobs;
  readonly replayer: Replayer;
  readonly decisions: DecisionPages;
  readonly proofs: ProveMany;
  readonly stopping: AbortSignal;
};

function serveReads(
  config: Config,
  context: ReadContext,
  { jobs, proofs, stopping, ...replays }: Shared,
): ReturnType<typeof startGrpcServer> {
  return startGrpcServer(config.grpc, [
    {
      definition: LedgerService,
      implementation: {
        get: createGet(context),
        query: createQuery(context),
        tail: createTail(context, stopping),
        replay: createReplay(context, replays),
        ...serveReplays(context, jobs),
        checkpoint: createCheckpoint(context),
        document: createDocument(context),
        prove: createProve(context),
        proveMany: proofs.proveMany,
      },
      only: null,
    },
  ]);
}
