import {
  connectBus,
  createLogger,
  createRecorder,
  loadEngine,
  readSigningKey,
  runningService,
  type RunningService,
  startHealthServer,
} from "@signalbox/kit";
import { AdminOutbox } from "@signalbox/kit/admin-outbox";
import { openPostgres } from "@signalbox/kit/postgres";
import type { Catalogue } from "@signalbox/proto";
import { bundleEngine } from "./bundle-engine.ts";
import { startBudgets } from "./budgets/start-budgets.ts";
import type { Config } from "./config.ts";
import { listenDecides } from "./decide-stage.ts";
import { DecisionDocuments } from "./decision-documents.ts";
import { followCatalogue } from "./follow-catalogue.ts";
import { followPolicy } from "./follow-policy.ts";
import { answerHealth } from "./health-answer.ts";
import { learnHealth } from "./health-learner.ts";
import { keepGuard } from "./keep-guard.ts";
import type { Database } from "./stored-documents.ts";
import { listenPolicyControl } from "./policy-control.ts";
import { PolicyInForce, policyAtStart } from "./policy-in-force.ts";
import { readCatalogue, readPolicy } from "./read-documents.ts";
import { SettingsInForce, settingsOf } from "./settings-in-force.ts";
import { takeFromDatabase } from "./throttles/throttle-store.ts";
import { Throttles } from "./throttles/throttles.ts";

/** Who changes a file while the line runs is not known. */
const FROM_FILE = "configuration";

/** Starts policy: it takes requests from the moment that the promise resolves. */
export async function startPolicy(config: Config): Promise<RunningService> {
  const { inFlightMax } = config;
  const log = createLogger("policy", config);
  const base = await readPolicy(config.policyPath);
  const catalogue = await readCatalogue(config.cataloguePath);
  const source = bundleEngine();
  // Decisions are made by the very bytes that they name, so that a replay runs what ran here.
  const engine = loadEngine(source);
  await using starting = new AsyncDisposableStack();
  const db = starting.use(openPostgres<Database>({ service: "policy", postgres: config.postgres, log }));
  const { policy, version } = await policyAtStart(db, base);
  const documents = await DecisionDocuments.keep(db, { engine: source, policy, catalogue });
  await keepGuard(db, config.guardPath);
  const bus = starting.use(await connectBus("policy", config, log));
  const key = readSigningKey(config.signingKeyFile);
  const recorder = starting.use(createRecorder({ bus, service: "policy", key, log }));
  const outbox = starting.use(new AdminOutbox({ recorder, db, log }));
  const inForce = new PolicyInForce({ db, documents, engine, outbox, log });
  await inForce.recordBase(version);
  const settings = starting.use(new SettingsInForce({ db, outbox, log }));
  noteSettings(settings, { config, catalogue, digest: documents.names.catalogue });
  const budgets = starting.use(await startBudgets({ bus, db, log, documents, config: config.budgets }));
  const { book, leases } = budgets;
  const onOutcomes = (): void => {
    budgets.onOutcomes();
  };
  const health = starting.use(await learnHealth({ bus, log, documents, everyMs: config.healthEveryMs, onOutcomes }));
  starting.use(answerHealth(bus, documents));
  starting.use(followPolicy({ bus, log, inForce, pollMs: config.policyPollMs }));
  const { cataloguePath: path, policyPollMs: pollMs } = config;
  const onTaken = (taken: Catalogue, digest: string): void => {
    health.reopenUnusable();
    settings.note(settingsOf(taken, digest, FROM_FILE));
  };
  starting.use(followCatalogue({ path, pollMs, db, documents, engine, log, onTaken }));
  starting.use(listenPolicyControl({ bus, outbox, db, log, documents, inForce, base }));
  const throttles = new Throttles({ take: takeFromDatabase(db), nowMs: () => performance.now() });
  starting.use(listenDecides({ bus, log, recorder, engine, documents, book, leases, throttles, inFlightMax }));
  starting.use(await startHealthServer(config, () => bus.isConnected()));
  await bus.connection.flush();
  log.info({ endpoints: catalogue.endpoints.length, documents: documents.names }, "policy decides");
  return runningService(starting);
}

type Started = { readonly config: Config; readonly catalogue: Catalogue; readonly digest: string };

/** What may have changed while nothing ran. */
function noteSettings(settings: SettingsInForce, { config, catalogue, digest }: Started): void {
  const { configMark: mark } = config;
  const changed = settingsOf(catalogue, digest, mark?.by ?? FROM_FILE);
  settings.note(mark === null ? changed : [{ object: "config", id: FROM_FILE, ...mark }, ...changed]);
}
