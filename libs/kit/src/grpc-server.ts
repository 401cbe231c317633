import { createHash, timingSafeEqual } from "node:crypto";
import {
  Server,
  ServerCredentials,
  type Metadata,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { ERROR_CODES, SignalboxError } from "@signalbox/proto";

/** A request body and a whole answer must fit into one message. */
export const GRPC_MESSAGE_MAX_BYTES = 68 * 1024 * 1024;
const FLOW_CONTROL_WINDOW_BYTES = 4 * 1024 * 1024;
const SHUTDOWN_MS = 5_000;

export type GrpcServer = AsyncDisposable & {
  readonly port: number;
  /** `host:port` as other services reach it. */
  readonly address: string;
};

type GrpcServerConfig = { host: string; port: number; advertiseHost: string | null };

/** Serves gRPC services on one port. */
export async function startGrpcServer(
  config: GrpcServerConfig,
  services: { definition: ServiceDefinition; implementation: UntypedServiceImplementation }[],
): Promise<GrpcServer> {
  const server = new Server({
    "grpc.max_receive_message_length": GRPC_MESSAGE_MAX_BYTES,
    "grpc.max_send_message_length": GRPC_MESSAGE_MAX_BYTES,
    "grpc-node.flow_control_window": FLOW_CONTROL_WINDOW_BYTES,
    "grpc.enable_channelz": 0,
  });
  for (const { definition, implementation } of services) server.addService(definition, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${config.host}:${config.port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    port,
    address: `${config.advertiseHost ?? config.host}:${port}`,
    async [Symbol.asyncDispose]() {
      const force = setTimeout(() => {
        server.forceShutdown();
      }, SHUTDOWN_MS);
      await new Promise<void>((resolve) => {
        server.tryShutdown(() => {
          resolve();
        });
      });
      clearTimeout(force);
    },
  };
}

/**
 * The calling service, by its token in the `authorization` metadata; compared in constant time.
 * Throws `invalid-api-key` for an unknown token.
 */
export function callerOf(metadata: Metadata, callers: Readonly<Record<string, string>>): string {
  const [header] = metadata.get("authorization");
  const token = typeof header === "string" && header.startsWith("Bearer ") ? header.slice("Bearer ".length) : "";
  const digest = createHash("sha256").update(token).digest();
  for (const [service, expected] of Object.entries(callers)) {
    if (timingSafeEqual(digest, Buffer.from(expected.slice("sha256:".length), "hex"))) return service;
  }
  throw new SignalboxError("invalid-api-key", "The calling service's token is not known here.");
}

/** A typed error as gRPC carries it: the status by the code's table, the error itself as JSON in `details`. */
export function toGrpcError(error: unknown): { code: number; details: string } {
  const known = SignalboxError.from(error);
  return { code: ERROR_CODES[known.code].grpc, details: JSON.stringify(known.toJSON()) };
}
