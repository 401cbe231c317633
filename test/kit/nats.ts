import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { natsKeys } from "@signalbox/infra/nats/nats-keys.ts";
import { startNats } from "@signalbox/infra/nats/start-nats.ts";
import { DEFAULT_STREAM_LIMITS, ensureStreams } from "@signalbox/infra/nats/streams.ts";
import type { StreamLimits } from "@signalbox/infra/nats/streams.ts";
import { freePort } from "@signalbox/infra/process/free-port.ts";
import { inboxPrefix } from "@signalbox/proto";
import type { StageName } from "@signalbox/proto";
import { connect, nkeyAuthenticator, type NatsConnection } from "nats";
import { inject } from "vitest";

export type FreshNats = AsyncDisposable & {
  /** Without credentials, as a service's config has it beside its seed file. */
  readonly url: string;
  readonly operatorUrl: string;
  /** A service's `nats` config: the URL and the file with its nkey seed. */
  credentialsFor(stage: StageName): { url: string; seedFile: string };
  /** A bare client as the operator, who may do everything; the caller closes it. */
  connectAsOperator(): Promise<NatsConnection>;
  /** A bare client with a service's credential and its own inbox prefix; the caller closes it. */
  connectAs(stage: StageName): Promise<NatsConnection>;
  /** Ends the server; its clients wait for it. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Over the same files, at the same port. */
  startAgain(): Promise<void>;
  /** Removes what the ended server has stored. */
  wipe(): Promise<void>;
};

const RECONNECT = { maxReconnectAttempts: -1, reconnectTimeWait: 100 };

/** A nats-server of the suite's own with the real configuration and streams: `await using nats = await freshNats()`. */
export async function freshNats(limits: Partial<StreamLimits> = {}): Promise<FreshNats> {
  const { natsBinary } = inject("neighbours");
  const dir = await mkdtemp(join(tmpdir(), "signalbox-nats-"));
  const keys = natsKeys(join(dir, "keys"));
  const logFile = join(dir, "nats.log");
  const options = { binary: natsBinary, dir, port: await freePort(), keys, logFile };
  let server = await startNats(options);
  await ensureStreams(server.operatorUrl, { ...DEFAULT_STREAM_LIMITS, ...limits });
  return {
    url: server.url,
    operatorUrl: server.operatorUrl,
    credentialsFor: (stage) => ({ url: server.url, seedFile: keys.seedFiles[stage] }),
    connectAsOperator: () =>
      connect({ servers: server.url, user: "operator", pass: keys.operatorPassword, ...RECONNECT }),
    connectAs: (stage) =>
      connect({
        servers: server.url,
        inboxPrefix: inboxPrefix(stage),
        authenticator: nkeyAuthenticator(new TextEncoder().encode(keys.seeds[stage])),
      }),
    async end(signal) {
      process.kill(server.pid, signal);
      await server.exited;
    },
    async startAgain() {
      server = await startNats(options);
    },
    wipe: () => rm(join(dir, "store"), { recursive: true }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
