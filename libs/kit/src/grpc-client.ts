import { readFileSync } from "node:fs";
import {
  credentials,
  Metadata,
  status,
  type ChannelCredentials,
  type Client,
  type ClientOptions,
  type ServiceError,
} from "@grpc/grpc-js";
import { SignalboxError, type ErrorCode } from "@signalbox/proto";
import { GRPC_MESSAGE_MAX_BYTES } from "./grpc-server.ts";

const FLOW_CONTROL_WINDOW_BYTES = 4 * 1024 * 1024;
/** Addresses are those of one stage's instances; more than this many are stale ones. */
const CLIENTS_MAX = 256;

type ClientConstructor<C extends Client> = new (
  address: string,
  credentials: ChannelCredentials,
  options?: ClientOptions,
) => C;

/** Clients of one service by address, each one connection, kept for reuse. */
export type GrpcClients<C extends Client> = Disposable & { at(address: string): C };

export function createGrpcClients<C extends Client>(ClientClass: ClientConstructor<C>): GrpcClients<C> {
  const clients = new Map<string, C>();
  return {
    at(address) {
      const known = clients.get(address);
      if (known !== undefined) return known;
      for (const [oldest, client] of clients) {
        if (clients.size < CLIENTS_MAX) break;
        client.close();
        clients.delete(oldest);
      }
      const client = new ClientClass(address, credentials.createInsecure(), {
        "grpc.max_receive_message_length": GRPC_MESSAGE_MAX_BYTES,
        "grpc.max_send_message_length": GRPC_MESSAGE_MAX_BYTES,
        "grpc-node.flow_control_window": FLOW_CONTROL_WINDOW_BYTES,
        // Retries keep a copy of every message, and what may be tried again is decided above this layer.
        "grpc.enable_retries": 0,
        "grpc.enable_channelz": 0,
        // The environment's proxy is for the way to providers; stages reach each other without one.
        "grpc.enable_http_proxy": 0,
        "grpc.initial_reconnect_backoff_ms": 100,
        "grpc.max_reconnect_backoff_ms": 2_000,
      });
      clients.set(address, client);
      return client;
    },
    [Symbol.dispose]() {
      for (const client of clients.values()) client.close();
    },
  };
}

/** The metadata that names the calling service, from its token file. */
export function grpcMetadata(tokenFile: string | null): Metadata {
  const metadata = new Metadata();
  if (tokenFile !== null) metadata.set("authorization", `Bearer ${readFileSync(tokenFile, "utf8").trim()}`);
  return metadata;
}

/** The typed error of a failed call: what the server rendered, else one made from the gRPC status. */
export function fromGrpcError(error: ServiceError, fallback: ErrorCode): SignalboxError {
  if (error.details?.startsWith('{"code":')) {
    try {
      return SignalboxError.fromJson(JSON.parse(error.details));
    } catch {
      // A detail that only looks like ours is treated as any other.
    }
  }
  if (error.code === status.DEADLINE_EXCEEDED)
    return new SignalboxError("deadline-exceeded", "The call took too long.", { cause: error });
  return new SignalboxError(fallback, "The call failed.", { cause: error });
}
