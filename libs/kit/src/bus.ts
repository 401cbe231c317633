import { readFileSync } from "node:fs";
import { inboxPrefix } from "@signalbox/proto";
import { connect, Events, nkeyAuthenticator, type NatsConnection } from "nats";
import type { Logger } from "./logger.ts";

/** A connection to NATS as one service, with whether it stands at this moment. */
export type Bus = AsyncDisposable & {
  readonly connection: NatsConnection;
  /** `<service's own prefix>.<instance>`: all inboxes of this process stand below it. */
  readonly inbox: string;
  readonly instance: string;
  /** False while the connection is lost: a publish would be buffered and seem to hang, so callers fail at once. */
  isConnected(): boolean;
};

const RECONNECT_WAIT_MS = 250;
/**
 * A server that stands still keeps its connections; after three of these it is known, and requests are refused at once.
 */
const PING_EVERY_MS = 3_000;
/** A start that waits says for what; one that is a moment early says nothing. */
const WAITING_TOLD_AFTER_MS = 2_000;

/** Connects, waiting for the server when it is not up yet, and reconnects for ever. */
export async function connectBus(
  service: string,
  { instance, nats }: { instance: string; nats: { url: string; seedFile: string | null } },
  log: Logger,
): Promise<Bus> {
  const prefix = inboxPrefix(service);
  const waiting = setTimeout(() => {
    log.warn({ server: URL.parse(nats.url)?.host ?? null }, "NATS does not answer; the start waits for it");
  }, WAITING_TOLD_AFTER_MS);
  const connection = await connect({
    servers: nats.url,
    name: `${service}/${instance}`,
    inboxPrefix: prefix,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    waitOnFirstConnect: true,
    pingInterval: PING_EVERY_MS,
    maxPingOut: 2,
    ...(nats.seedFile === null
      ? {}
      : { authenticator: nkeyAuthenticator(new TextEncoder().encode(readFileSync(nats.seedFile, "utf8").trim())) }),
  }).finally(() => clearTimeout(waiting));
  let connected = true;
  void (async () => {
    for await (const status of connection.status()) {
      if (status.type === Events.Disconnect) connected = false;
      if (status.type === Events.Reconnect) connected = true;
      if (status.type === Events.Error) log.error({ status: JSON.stringify(status.data) }, "NATS refused an operation");
      else if (status.type === Events.Disconnect || status.type === Events.Reconnect) log.warn(`NATS ${status.type}`);
    }
  })();
  return {
    connection,
    inbox: `${prefix}.${instance}`,
    instance,
    isConnected: () => connected && !connection.isClosed(),
    async [Symbol.asyncDispose]() {
      if (!connection.isClosed()) await connection.drain().catch(() => connection.close());
    },
  };
}

/** Decodes a message's JSON without copying its bytes first. */
export function decodeJson(data: Uint8Array): unknown {
  return JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("utf8"));
}
