import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startProcessGroup } from "../process/process-group.ts";
import { serverEnv } from "../process/server-env.ts";
import { serverGreets } from "../process/server-greets.ts";
import { endStaleProcess } from "../process/stale-process.ts";
import { natsConf } from "./nats-conf.ts";
import type { NatsKeys } from "./nats-keys.ts";
import { OPERATOR } from "./nats-keys.ts";
import { serverCommand } from "./server-command.ts";

const READY_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 10_000;
const POLL_MS = 10;
const GREETING_LIMIT_MS = 1_000;

type StartNatsOptions = {
  /** The binary, from `findNatsServer`. */
  readonly binary: string;
  /** Holds the configuration and the streams. */
  readonly dir: string;
  readonly port: number;
  readonly keys: NatsKeys;
  readonly logFile: string;
};

type Nats = AsyncDisposable & {
  readonly port: number;
  readonly pid: number;
  /** Without credentials: services add their nkey. */
  readonly url: string;
  /** With the operator's password in it. */
  readonly operatorUrl: string;
  readonly exited: Promise<unknown>;
  /** Whether it does anything. */
  answers(timeoutMs: number): Promise<boolean>;
};

/** Starts a nats-server with JetStream over `dir` and resolves when it takes clients. */
export async function startNats(options: StartNatsOptions): Promise<Nats> {
  const { binary, dir, port, keys, logFile } = options;
  const confFile = join(dir, "nats.conf");
  const pidFile = join(dir, "nats.pid");
  await mkdir(join(dir, "store"), { recursive: true, mode: 0o700 });
  await endStaleServer(pidFile, confFile);
  await writeFile(confFile, natsConf({ port, storeDir: join(dir, "store"), keys }), { mode: 0o600 });
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
    answers: (timeoutMs) => serverGreets({ port, timeoutMs }),
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
    // One that is ready sends its INFO line as soon as someone connects.
    if (await serverGreets({ port, timeoutMs: GREETING_LIMIT_MS })) return "ready";
    await sleep(POLL_MS);
  }
  return "late";
}
