import {
  connectBus,
  createLogger,
  startHealthServer,
  type Bus,
  type Logger,
  type RunningService,
} from "@signalbox/kit";
import { startGrpcServer } from "@signalbox/kit/grpc";
import { openPostgres } from "@signalbox/kit/postgres";
import { CacheService } from "@signalbox/proto/grpc/cache";
import { AnswerStore } from "./answer-store.ts";
import type { Config } from "./config.ts";
import type { EntryIndex } from "./entry-index.ts";
import { createNotifier, listenNotices } from "./entry-notices.ts";
import { EntryTable, type Database } from "./entry-table.ts";
import { listenLookups } from "./lookup-stage.ts";
import { bodyBytesGauge, entriesGauge } from "./metrics.ts";
import { createRead } from "./read-rpc.ts";
import { createStore } from "./store-rpc.ts";

/** Starts the cache: it takes requests from the moment that the promise resolves. */
export async function startCache(config: Config): Promise<RunningService> {
  const log = createLogger("cache", { level: config.logLevel, instance: config.instance });
  await using starting = new AsyncDisposableStack();
  const bus = starting.use(await connectBus({ service: "cache", instance: config.instance, nats: config.nats, log }));
  const answers = config.enabled ? await startAnswers(config, { bus, log, resources: starting }) : null;
  starting.use(listenLookups({ bus, log, cache: answers }));
  starting.use(await startHealthServer(config.healthPort, () => bus.isConnected()));
  await bus.connection.flush();
  const running = starting.move();
  return {
    ports: answers === null ? {} : { grpc: answers.port },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Opens the kept answers, serves them by gRPC, and sweeps them for as long as `resources` stand. */
async function startAnswers(
  config: Config,
  context: { bus: Bus; log: Logger; resources: AsyncDisposableStack },
): Promise<{ index: EntryIndex; address: string; port: number }> {
  const { bus, log, resources } = context;
  const db = resources.use(
    openPostgres<Database>({ service: "cache", postgres: withoutCommitWait(config.postgres), log }),
  );
  const answers = new AnswerStore({ limits: config, table: new EntryTable(db), notify: createNotifier(bus), log });
  // Notices are heard before the table is read, so that no entry falls between the two.
  resources.use(
    listenNotices({
      bus,
      log,
      onNotice: (notice) => {
        answers.heed(notice);
      },
    }),
  );
  await bus.connection.flush();
  await answers.load(Date.now());
  resources.use(sweepRegularly(answers, config.sweepEveryMs));
  const { entryMaxBytes } = config;
  const { callers } = config.grpc;
  const server = resources.use(
    await startGrpcServer(config.grpc, [
      {
        definition: CacheService,
        implementation: {
          read: createRead({ answers, callers, log }),
          store: createStore({ answers, entryMaxBytes, callers, log }),
        },
      },
    ]),
  );
  return { index: answers.index, address: server.address, port: server.port };
}

/** The last moment's answers may be lost when the machine's power is; for them no commit waits for the disk. */
function withoutCommitWait(postgres: Config["postgres"]): Config["postgres"] {
  const url = new URL(postgres.url);
  url.searchParams.set("options", "-c synchronous_commit=off");
  return { ...postgres, url: url.href };
}

function sweepRegularly(answers: AnswerStore, everyMs: number): AsyncDisposable {
  let sweeping = Promise.resolve();
  const timer = setInterval(() => {
    sweeping = sweeping.then(() => answers.sweep(Date.now()));
    entriesGauge.set(answers.index.size);
    bodyBytesGauge.set(answers.bodyBytes);
  }, everyMs);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await sweeping;
    },
  };
}
