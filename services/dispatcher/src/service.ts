import {
  connectBus,
  createLogger,
  createRecorder,
  readSigningKey,
  runningService,
  startHealthServer,
  type RunningService,
} from "@signalbox/kit";
import { createGrpcClients, grpcMetadata, startGrpcServer } from "@signalbox/kit/grpc";
import { SignalboxError } from "@signalbox/proto";
import { CacheClient } from "@signalbox/proto/grpc/cache";
import { DispatcherService } from "@signalbox/proto/grpc/dispatcher";
import { createAgent } from "./call-provider.ts";
import { AnswerMemory } from "./answer-memory.ts";
import { Claims } from "./claims.ts";
import type { Config } from "./config.ts";
import { createDispatch } from "./dispatch-rpc.ts";
import { createExchange } from "./exchange-rpc.ts";
import { listenOrders } from "./dispatch-stage.ts";
import { openAnswerGuards } from "./guard/open-answer-guard.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { createKeeper } from "./keep-answer.ts";
import { loadProviders } from "./providers.ts";
import { Running } from "./running.ts";

/** A stop waits this long for requests in execution; what takes longer is recorded as failed. */
const STOP_GRACE_MS = 3_000;
/** Bodies come from ingress and from nobody else. */
const ONLY_INGRESS = { dispatch: "ingress", exchange: "ingress" };

/** Starts the dispatcher: it takes orders from the moment that the promise resolves. */
export async function startDispatcher(config: Config): Promise<RunningService> {
  const log = createLogger("dispatcher", config);
  const providers = loadProviders(config);
  const key = readSigningKey(config.signingKeyFile);
  await using starting = new AsyncDisposableStack();
  const bus = starting.use(await connectBus("dispatcher", config, log));
  const recorder = starting.use(createRecorder({ bus, service: "dispatcher", key, log }));
  const clients = starting.use(createGrpcClients(CacheClient));
  const agent = starting.adopt(createAgent(config), (each) => each.destroy());
  const claims = new Claims();
  const running = new Running();
  const keep = createKeeper({ clients, metadata: grpcMetadata(config.grpcTokenFile), log });
  const memory = new AnswerMemory(config.limits.answersMaxBytes);
  const openGuard = await openAnswerGuards(config.guardPath, log);
  const context = { config, agent, providers, claims, running, recorder, keep, openGuard, memory, log };
  const dispatch = createDispatch(context);
  const { exchange, endAll } = createExchange(context);
  const served = { definition: DispatcherService, implementation: { dispatch, exchange }, only: ONLY_INGRESS };
  const server = starting.use(await startGrpcServer(config.grpc, [served]));
  starting.defer(endAll);
  // Disposed of before the server: a stop ends the requests, and then the calls that carried them are over.
  starting.defer(() => running.settle(STOP_GRACE_MS, stopped));
  starting.use(startHeartbeat(bus, () => [...claims.requestIds(performance.now()), ...running.requestIds()]));
  const { inFlightMax } = config.limits;
  starting.use(listenOrders({ bus, log, claims, running, address: server.address, inFlightMax }));
  starting.use(await startHealthServer(config, () => bus.isConnected()));
  await bus.connection.flush();
  return runningService(starting, { grpc: server.port });
}

function stopped(): SignalboxError {
  return new SignalboxError("dispatcher-lost", "The dispatcher was stopped.", { details: { stage: "dispatcher" } });
}
