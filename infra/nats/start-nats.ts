import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startProcessGroup } from "../process/process-group.ts";
import { serverEnv } from "../process/server-env.ts";
import { endStaleProcess } from "../process/stale-process.ts";
import { natsConf } from "./nats-conf.ts";
import type { NatsKeys } from "./nats-keys.ts";
import { OPERATOR } from "./nats-keys.ts";
import { serverCommand } from "./server-command.ts";

const READY_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 10_000;
const POLL_MS = 10;
const STORE_MAX_BYTES = 16 * 1024 ** 3;

export type StartNatsOptions = {
  /** The binary, from `findNatsServer`. */
  readonly binary: string;
  /** Holds the configuration and the streams. */
  readonly dir: string;
  readonly port: number;
  readonly keys: NatsKeys;
  readonly logFile: string;
  /** Room for all streams together; 16 GiB when left out. The server reserves nothing of it. */
  readonly storeMaxBytes?: number;
};

export type Nats = AsyncDisposable & {
  readonly port: number;
  readonly pid: number;
  /** Without credentials: services add their nkey. */
  readonly url: string;
  /** With the operator's password in it. */
  readonly operatorUrl: string;
  readonly exited: Promise<unknown>;
};

/** Starts a nats-server with JetStream over `dir` and resolves when it takes clients. */
export async function startNats(options: StartNatsOptions): Promise<Nats> {
  const { binary, dir, port, keys, logFile, storeMaxBytes = STORE_MAX_BYTES } = options;
  const confFile = join(dir, "nats.conf");
  const pidFile = join(dir, "nats.pid");
  await mkdir(join(dir, "store"), { recursive: true, mode: 0o700 });
  await endStaleServer(pidFile, confFile);
  await writeFile(confFile, natsConf({ port, storeDir: join(dir, "store"), keys, storeMaxBytes }), { mode: 0o600 });
  const { command, args, env } = serverCommand(binary, ["-c", confFile, "-P", pidFile]);
  const server = await startProcessGroup({ command, args, env: { ...env, ...serverEnv(process.env) }, logFile });
  const stop = new AbortController();
  const outcome = await Promise.race([server.exited.then(() => "ended" as const), untilReady(port, stop.signal)]);
  stop.abort();
  if (outcome !== "ready") {
    await server.stop({ signal: "SIGTERM", limitMs: STOP_LIMIT_MS });
    const words = (await readFile(logFile, "utf8")).trimEnd().split("\n").slice(-5).join("\n");
    throw new Error(`nats-server did not start. Its last words:\n${words}`);
  }
  return {
    port,
    pid: server.pid,
    url: `nats://127.0.0.1:${port}`,
    operatorUrl: `nats://${OPERATOR}:${keys.operatorPassword}@127.0.0.1:${port}`,
    exited: server.exited,
    // SIGTERM ends it in order and with its files written; what a killed one loses is documented with the audit modes.
    [Symbol.asyncDispose]: async () => void (await server.stop({ signal: "SIGTERM", limitMs: STOP_LIMIT_MS })),
  };
}

async function endStaleServer(pidFile: string, confFile: string): Promise<void> {
  const pid = Number(await readFile(pidFile, "utf8").catch(() => "0"));
  if (pid > 0) await endStaleProcess({ pid, commandHolds: confFile, signal: "SIGTERM", limitMs: STOP_LIMIT_MS });
}

async function untilReady(port: number, signal: AbortSignal): Promise<"ready" | "late"> {
  const deadline = performance.now() + READY_LIMIT_MS;
  while (performance.now() < deadline && !signal.aborted) {
    if (await greets(port)) return "ready";
    await sleep(POLL_MS);
  }
  return "late";
}

/** A server that is ready sends its INFO line as soon as someone connects. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    const settle = (ready: boolean): void => {
      socket.destroy();
      resolve(ready);
    };
    socket.setTimeout(1_000, () => settle(false));
    socket.once("data", () => settle(true)).once("error", () => settle(false));
  });
}
