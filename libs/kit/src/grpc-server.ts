import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { Server, ServerCredentials, type ServiceDefinition, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { admitCallers, type Callers } from "./grpc-callers.ts";
import { Connections } from "./grpc-connections.ts";

/** A request body and a whole answer must fit into one message. */
export const GRPC_MESSAGE_MAX_BYTES = 68 * 1024 * 1024;
const FLOW_CONTROL_WINDOW_BYTES = 4 * 1024 * 1024;
/** Of one connection: a stage has no more than this open to another, and who asks for more waits in its own memory. */
const STREAMS_MAX = 4_096;
const SHUTDOWN_MS = 5_000;

export type GrpcServer = AsyncDisposable & {
  readonly port: number;
  /** `host:port` as other services reach it. */
  readonly address: string;
};

type GrpcServerConfig = { host: string; port: number; advertiseHost: string | null; callers: Callers };

export type ServedService = {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
  /**
   * The one caller of each method, by the method's name; one that is left out is closed. Null opens all to every known
   * caller.
   */
  readonly only: Readonly<Record<string, string>> | null;
};

/** Serves gRPC services on one port, to known callers alone: handlers learn from `callerOf` whose call it is. */
export async function startGrpcServer(config: GrpcServerConfig, services: ServedService[]): Promise<GrpcServer> {
  const only = onlyCallers(services);
  const mayCall = (path: string, caller: string): boolean => {
    const expected = only.get(path);
    return expected === null || expected === caller;
  };
  const connections = new Connections();
  const server = new Server({
    "grpc.max_receive_message_length": GRPC_MESSAGE_MAX_BYTES,
    "grpc.max_send_message_length": GRPC_MESSAGE_MAX_BYTES,
    "grpc-node.flow_control_window": FLOW_CONTROL_WINDOW_BYTES,
    "grpc.max_concurrent_streams": STREAMS_MAX,
    "grpc.enable_channelz": 0,
    interceptors: [admitCallers(config.callers, { mayCall, onKnown: (peer) => connections.known(peer) })],
  });
  for (const { definition, implementation } of services) server.addService(definition, implementation);
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  // The library's own listener tells nothing of its connections and, when it is forced to stop, lets them be.
  const listener = createServer((socket) => {
    connections.add(socket);
    injector.injectConnection(socket);
  });
  listener.listen(config.port, config.host);
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  return {
    port,
    address: `${config.advertiseHost ?? config.host}:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(listener, "close");
      listener.close();
      connections.endStrangers();
      // Each connection ends with its last call.
      server.tryShutdown(() => {});
      const force = setTimeout(() => {
        connections.endAll();
      }, SHUTDOWN_MS);
      await closed;
      clearTimeout(force);
    },
  };
}

/** By the path of each method its one caller, or null where every known one may call it. */
function onlyCallers(services: ServedService[]): Map<string, string | null | undefined> {
  return new Map(
    services.flatMap(({ definition, only }) =>
      Object.entries(definition).map(([name, { path }]) => [path, only === null ? null : only[name]] as const),
    ),
  );
}
