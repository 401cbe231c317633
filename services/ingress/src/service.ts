import { setTimeout as sleep } from "node:timers/promises";
import type { Metadata } from "@grpc/grpc-js";
import {
  type Bus,
  connectBus,
  createLogger,
  createRecorder,
  type Logger,
  readSigningKey,
  runningService,
  type RunningService,
} from "@signalbox/kit";
import { createGrpcClients, grpcMetadata } from "@signalbox/kit/grpc";
import { AdminOutbox } from "@signalbox/kit/admin-outbox";
import { openPostgres } from "@signalbox/kit/postgres";
import { CacheClient } from "@signalbox/proto/grpc/cache";
import { DispatcherClient } from "@signalbox/proto/grpc/dispatcher";
import { LedgerClient } from "@signalbox/proto/grpc/ledger";
import { AdminChanges } from "./admin/admin-changes.ts";
import { adminRoutes } from "./admin/admin-routes.ts";
import { Admission } from "./chat/admission.ts";
import { createAnswering } from "./chat/answering.ts";
import { chatRoutes } from "./chat/chat-routes.ts";
import { openExchanges } from "./chat/exchange.ts";
import { openPipeline } from "./chat/pipeline.ts";
import type { Config } from "./config.ts";
import { openContent } from "./content/open-content.ts";
import { countRoutes } from "./count/count-routes.ts";
import { createTokenCounter } from "./count/token-counter.ts";
import { decisionRoutes } from "./decisions/decision-routes.ts";
import { createLedgerReader } from "./decisions/ledger-reader.ts";
import { eventRoutes } from "./events/event-routes.ts";
import { feedbackRoutes } from "./feedback/feedback-routes.ts";
import { openGuard } from "./guard/open-guard.ts";
import { healthRoutes } from "./http/health-routes.ts";
import { startHttpServer, type ServedRoute } from "./http/http-server.ts";
import { watchReadiness } from "./http/readiness.ts";
import { forPages } from "./http/route.ts";
import { openGate } from "./identity/open-gate.ts";
import type { KeyDatabase } from "./keys/key-database.ts";
import { type KeyRing, openKeyRing } from "./keys/key-ring.ts";
import { keyRoutes } from "./keys/key-routes.ts";
import { trackKeyUsage } from "./keys/key-usage.ts";
import { readPepper } from "./keys/secret-key.ts";
import { createMetrics } from "./metrics.ts";
import { openKnownHosts } from "./models/known-hosts.ts";
import { openModelList } from "./models/model-list.ts";
import { modelRoutes } from "./models/model-routes.ts";
import { operationRoutes } from "./operations/operation-routes.ts";
import { operationTaker } from "./operations/take-operation.ts";
import { openResponses } from "./responses/open-responses.ts";
import { responseRoutes } from "./responses/response-routes.ts";
import { answerReclassify } from "./replays/answer-reclassify.ts";
import { createReplayClient } from "./replays/replay-client.ts";
import { replayRoutes } from "./replays/replay-routes.ts";

/** How long a stopping service waits for the records of requests that were cut off. */
const RECORD_TIMEOUT_MS = 4_000;

type Opening = { readonly bus: Bus; readonly log: Logger; readonly starting: AsyncDisposableStack };

/** Starts the HTTP API: it takes requests from the moment that the promise resolves. */
export async function startIngress(
  config: Config,
): Promise<RunningService & { readonly routes: readonly ServedRoute[] }> {
  const log = createLogger("ingress", config);
  await using starting = new AsyncDisposableStack();
  const bus = starting.use(await connectBus("ingress", config, log));
  const db = starting.use(openPostgres<KeyDatabase>({ service: "ingress", postgres: config.postgres, log }));
  const pepper = readPepper(config.pepperFile);
  const keys = await openKeys(config, { pepper, log, starting });
  const gate = starting.use(await openGate(config.identity, { keys, log }));
  const usage = starting.use(trackKeyUsage(db, log));
  const { inFlightMax, bodiesMaxBytes } = config.http;
  const hasOthers = (): boolean => keys.state().tenants.size > 1;
  const admission = new Admission({ inFlightMax, bodiesMaxBytes, hasOthers });
  const metrics = createMetrics(() => admission.inFlight);
  const line = await openLine(config, { bus, log, starting });
  const { ledger, replays } = openLedger(config, { own: line.metadata, starting });
  const events = eventRoutes(ledger, keys);
  const replaying = replayRoutes(replays, keys);
  const answering = createAnswering(line);
  const shared = { admission, answering, guard: line.guard, usage, metrics };
  const counter = createTokenCounter(config, shared);
  const responses = starting.use(openResponses(config, { db, pepper, log }));
  const content = starting.use(openContent(config, { bus, db, pepper, recorder: line.recorder, log }));
  starting.use(answerReclassify({ bus, db, content, log }));
  const outbox = new AdminOutbox({ recorder: line.recorder, db, log });
  const changes = new AdminChanges({ db, outbox: starting.use(outbox), keys });
  const models = await openModelList(config.cataloguePath);
  const nameHosts = await openKnownHosts(config.hostsPath);
  const takeOperation = operationTaker(config, { ...shared, models });
  const readiness = watchReadiness({
    isConnected: () => bus.isConnected(),
    areKeysFresh: () => keys.isFresh(),
    lastSeen: line.pipeline.lastSeen,
  });
  const routes = [
    ...forPages([
      ...chatRoutes(config, { ...shared, counter, responses, content, nameHosts, takeOperation }),
      ...responseRoutes(responses),
      ...countRoutes(counter),
      ...operationRoutes(takeOperation),
      ...modelRoutes(models, nameHosts),
    ]),
    ...decisionRoutes(ledger),
    ...feedbackRoutes({ ledger, recorder: line.recorder }),
    ...events.routes,
    ...replaying.routes,
    ...keyRoutes({ db, pepper, changes, log }),
    ...adminRoutes({ db, pepper, changes, log, content, ledger, recorder: line.recorder, bus, replays }),
    ...healthRoutes(metrics, readiness),
  ];
  // Runs after the server has closed: requests of clients that were cut off are still recorded.
  starting.defer(() => Promise.race([answering.settled(), sleep(RECORD_TIMEOUT_MS, undefined, { ref: false })]));
  const server = starting.use(await startHttpServer(config.http, routes, { gate, usage, metrics, log }));
  // Feeds never end by themselves, and the server waits for its connections: they are ended first.
  starting.defer(() => {
    events.endAll();
    replaying.endAll();
  });
  await bus.connection.flush();
  return { ...runningService(starting, { http: server.port }), routes: server.routes };
}

/** Opens the key ring with a database connection of its own, so that no slow query delays a revocation. */
async function openKeys(
  config: Config,
  { pepper, log, starting }: Omit<Opening, "bus"> & { readonly pepper: Buffer },
): Promise<KeyRing> {
  const postgres = { ...config.postgres, poolMax: 1 };
  const db = starting.use(openPostgres<KeyDatabase>({ service: "ingress-keys", postgres, log }));
  return starting.use(await openKeyRing({ db, pepper, operatorTenant: config.identity.operatorTenant, log }));
}

/** Opens the ledger's clients, with ingress' own credential and the operator's, which reads all tenants. */
function openLedger(config: Config, { own, starting }: Pick<Opening, "starting"> & { readonly own: Metadata }) {
  const clients = starting.use(createGrpcClients(LedgerClient));
  const operator = config.operatorTokenFile === null ? null : grpcMetadata(config.operatorTokenFile);
  return {
    ledger: starting.use(createLedgerReader(clients, config.ledgerAddress, { own, operator })),
    replays: createReplayClient(clients, config.ledgerAddress, { own, operator }),
  };
}

/** Opens everything that answering a request needs. */
async function openLine(config: Config, { bus, log, starting }: Opening) {
  const metadata = grpcMetadata(config.grpcTokenFile);
  const key = readSigningKey(config.signingKeyFile);
  const dispatchers = starting.use(createGrpcClients(DispatcherClient));
  return {
    pipeline: starting.use(openPipeline(bus, log)),
    recorder: starting.use(createRecorder({ bus, service: "ingress", key, log })),
    dispatchers,
    exchanges: starting.use(openExchanges(dispatchers, metadata)),
    caches: starting.use(createGrpcClients(CacheClient)),
    metadata,
    guard: await openGuard(config.guardPath, log),
    region: config.region,
    deadlines: config.deadlines,
    log,
  };
}
