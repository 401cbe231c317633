import {
  connectBus,
  createLogger,
  repeatWork,
  runningService,
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
import { createNotifier, listenErasures, listenNotices, type EntryNotice } from "./entry-notices.ts";
import { EntryTable, type Database } from "./entry-table.ts";
import { listenLookups } from "./lookup-stage.ts";
import { bodyBytesGauge, entriesGauge } from "./metrics.ts";
import { createRead } from "./read-rpc.ts";
import { createStore } from "./store-rpc.ts";

/** Starts the cache: it takes requests from the moment that the promise resolves. */
export async function startCache(config: Config): Promise<RunningService> {
  const log = createLogger("cache", config);
  await using starting = new AsyncDisposableStack();
  const bus = starting.use(await connectBus("cache", config, log));
  const answers = config.enabled ? await startAnswers(config, { bus, log, resources: starting }) : null;
  starting.use(listenLookups({ bus, log, cache: answers }));
  starting.use(await startHealthServer(config, () => bus.isConnected()));
  await bus.connection.flush();
  return runningService(starting, answers === null ? {} : { grpc: answers.port });
}

/** Opens the cached answers, serves them by gRPC, and sweeps them regularly, until `resources` are disposed of. */
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
  const onNotice = (notice: EntryNotice): void => answers.heed(notice);
  resources.use(listenNotices({ bus, log, onNotice }));
  resources.use(listenErasures({ bus, log, onNotice }));
  await bus.connection.flush();
  await answers.load(Date.now());
  resources.use(sweepRegularly(answers, config.sweepEveryMs, log));
  const { entryMaxBytes } = config;
  const server = resources.use(
    await startGrpcServer(config.grpc, [
      {
        definition: CacheService,
        implementation: {
          read: createRead({ answers, log }),
          store: createStore({ answers, entryMaxBytes, log }),
        },
        only: { read: "ingress", store: "dispatcher" },
      },
    ]),
  );
  return { index: answers.index, address: server.address, port: server.port };
}

/** Commits do not wait for the disk: after a power cut a cache may have lost its last answers. */
function withoutCommitWait(postgres: Config["postgres"]): Config["postgres"] {
  const url = new URL(postgres.url);
  url.searchParams.set("options", "-c synchronous_commit=off");
  return { ...postgres, url: url.href };
}

function sweepRegularly(answers: AnswerStore, everyMs: number, log: Logger): AsyncDisposable {
  return repeatWork({
    everyMs,
    work() {
      entriesGauge.set(answers.index.size);
      bodyBytesGauge.set(answers.bodyBytes);
      return answers.sweep(Date.now());
    },
    onFailure: (error) => log.warn({ err: error }, "old answers could not be looked for"),
  });
}
