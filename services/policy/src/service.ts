import {
  connectBus,
  createLogger,
  createRecorder,
  loadEngine,
  openPostgres,
  readSigningKey,
  type RunningService,
  startHealthServer,
} from "@signalbox/kit";
import { bundleEngine } from "./bundle-engine.ts";
import type { Config } from "./config.ts";
import { listenDecides } from "./decide-stage.ts";
import { DecisionDocuments } from "./decision-documents.ts";
import { answerHealth } from "./health-answer.ts";
import { learnHealth } from "./health-learner.ts";
import type { Database } from "./kept-documents.ts";
import { readCatalogue, readPolicy } from "./read-documents.ts";

/** Starts policy: it takes requests from the moment that the promise resolves. */
export async function startPolicy(config: Config): Promise<RunningService> {
  const { instance, nats, inFlightMax } = config;
  const log = createLogger("policy", { level: config.logLevel, instance });
  const policy = await readPolicy(config.policyPath);
  const catalogue = await readCatalogue(config.cataloguePath);
  const source = bundleEngine();
  // Decisions are made by the very bytes that they name, so that a replay runs what ran here.
  const engine = loadEngine(source);
  await using starting = new AsyncDisposableStack();
  const db = starting.use(openPostgres<Database>({ service: "policy", postgres: config.postgres, log }));
  const documents = await DecisionDocuments.keep(db, { engine: source, policy, catalogue });
  const bus = starting.use(await connectBus({ service: "policy", instance, nats, log }));
  const key = readSigningKey(config.signingKeyFile);
  const recorder = starting.use(createRecorder({ bus, service: "policy", key, log }));
  starting.use(learnHealth({ bus, log, documents, everyMs: config.healthEveryMs }));
  starting.use(answerHealth(bus, documents));
  starting.use(listenDecides({ bus, log, recorder, engine, documents, inFlightMax }));
  starting.use(await startHealthServer(config.healthPort, () => bus.isConnected()));
  await bus.connection.flush();
  log.info({ endpoints: catalogue.endpoints.length, documents: documents.names }, "policy decides");
  const running = starting.move();
  return { ports: {}, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
