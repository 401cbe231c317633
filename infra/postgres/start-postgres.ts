import { randomBytes } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { totalmem } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readOrMakeSecret } from "../home/secret-file.ts";
import { startProcessGroup } from "../process/process-group.ts";
import type { ProcessGroup } from "../process/process-group.ts";
import { serverEnv } from "../process/server-env.ts";
import { serverGreets } from "../process/server-greets.ts";
import { endStaleProcess } from "../process/stale-process.ts";
import { makeDataFolder, ownDataFolder, SUPER_USER } from "./data-folder.ts";
import { postgresBinaries } from "./postgres-binaries.ts";
import { sharedBuffers } from "./shared-buffers.ts";
import { asServerUser, serverUser } from "./server-user.ts";
import type { ServerUser } from "./server-user.ts";

/**
 * How long a server may be silent. One that recovers from a crash refuses connections, which is an answer, and may take
 * longer.
 */
const READY_LIMIT_MS = 60_000;
const GREETING_EVERY_MS = 5_000;
const STOP_LIMIT_MS = 10_000;
const POLL_MS = 15;
const SHARED_MEMORY_POLL_MS = 100;
/**
 * Asked before all else (https://www.postgresql.org/docs/current/protocol-message-formats.html): any process of the
 * server answers it at once.
 */
export const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** What keeps the disk out of the way of commits; a server that others run is better with it as well. */
export const TUNING = {
  // The register alone writes tens of megabytes a second at full speed: with the defaults all of its pages would be
  // written out anew every few seconds.
  wal_buffers: "16MB",
  max_wal_size: "2GB",
  // What a minute of full speed has written would otherwise lie in the system's memory and reach the disk all at once,
  // half a minute later or at a checkpoint's end, in the way of the commits of then.
  backend_flush_after: "512kB",
  bgwriter_delay: "50ms",
  bgwriter_lru_maxpages: "1000",
  bgwriter_lru_multiplier: "4",
};

/** What the register relies on: an acknowledged commit is on the disk, and a torn or rotten page is noticed. */
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "100",
  fsync: "on",
  full_page_writes: "on",
  synchronous_commit: "on",
  shared_buffers: sharedBuffers(Math.min(totalmem(), process.constrainedMemory() || Infinity)),
  ...TUNING,
  password_encryption: "scram-sha-256",
  log_min_messages: "warning",
  // What it says beyond an error's first line quotes what stood in rows and values.
  log_error_verbosity: "terse",
  timezone: "UTC",
  log_timezone: "UTC",
  jit: "off",
};

export type StartPostgresOptions = {
  /** Holds the data folder and the superuser's password; created when it is not there. */
  readonly dir: string;
  readonly port: number;
  /** The server's output is appended here. */
  readonly logFile: string;
};

export type Postgres = AsyncDisposable & {
  readonly port: number;
  readonly pid: number;
  /** Of the database `postgres`; only the set-up of roles and databases uses it. */
  readonly superUrl: string;
  /** Settles when the server has ended, for whatever reason. */
  readonly exited: Promise<unknown>;
  /** Whether it does anything; one that refuses connections, as in recovery or when it has too many, does. */
  answers(timeoutMs: number): Promise<boolean>;
};

/** Starts a PostgreSQL of its own over `dir` and resolves when it takes connections. Disposing is a fast shutdown. */
export async function startPostgres({ dir, port, logFile }: StartPostgresOptions): Promise<Postgres> {
  const user = serverUser();
  const data = join(dir, "data");
  await mkdir(dir, { recursive: true });
  const password = readOrMakeSecret(join(dir, "superuser.password"), () => randomBytes(24).toString("base64url"));
  await makeDataFolder({ dir, data, password, user });
  await endStaleServer(data);
  await ownDataFolder(data, user);
  const server = await startServer({ data, port, logFile, user });
  const exited = server.exited;
  return {
    port,
    pid: server.pid,
    // Without the last word, a PGSSLMODE of the machine's own would ask this server for what it does not have.
    superUrl: `postgresql://${SUPER_USER}:${password}@127.0.0.1:${port}/postgres?sslmode=disable`,
    exited,
    answers: (timeoutMs) => serverGreets({ port, say: SSL_REQUEST, timeoutMs }),
    // SIGINT is PostgreSQL's fast shutdown: sessions are cut, nothing committed is lost.
    [Symbol.asyncDispose]: async () => void (await server.stop({ signal: "SIGINT", limitMs: STOP_LIMIT_MS })),
  };
}

/** A server that outlived its supervisor still holds the data folder; it is stopped, and a new one takes over. */
async function endStaleServer(data: string): Promise<void> {
  const pidFile = join(data, "postmaster.pid");
  const [pid] = await pidFileLines(data);
  if (pid === undefined) return;
  await endStaleProcess({ pid: Number(pid), commandHolds: data, signal: "SIGINT", limitMs: STOP_LIMIT_MS });
  await rm(pidFile, { force: true });
}

type StartServer = {
  readonly data: string;
  readonly port: number;
  readonly logFile: string;
  readonly user: ServerUser;
};

async function startServer({ data, port, logFile, user }: StartServer): Promise<ProcessGroup> {
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const command = asServerUser(
    user,
    { command: postgresBinaries().postgres, args: ["-D", data, "-p", String(port), ...settings] },
    [join(data, "PG_VERSION")],
  );
  const sharedUntil = performance.now() + READY_LIMIT_MS;
  for (;;) {
    const server = await startProcessGroup({ ...command, env: serverEnv(process.env), cwd: "/", logFile });
    const stopWaiting = new AbortController();
    const outcome = await Promise.race([server.exited, untilReady({ data, port, signal: stopWaiting.signal })]);
    stopWaiting.abort();
    if (outcome === "ready") return server;
    // The backends of a killed server hold its shared memory for a moment longer, in which PostgreSQL refuses to start.
    if (outcome !== "late" && performance.now() < sharedUntil && (await holdsSharedMemory(logFile))) {
      await sleep(SHARED_MEMORY_POLL_MS);
      continue;
    }
    if (outcome === "late") await server.stop({ signal: "SIGINT", limitMs: STOP_LIMIT_MS });
    throw new Error(`PostgreSQL did not start. Its last words:\n${await lastLines(logFile)}`);
  }
}

type Waiting = { readonly data: string; readonly port: number; readonly signal: AbortSignal };

/** The server itself writes `ready` into its pid file once it takes connections. */
async function untilReady({ data, port, signal }: Waiting): Promise<"ready" | "late"> {
  let lastSignAt = performance.now();
  let askedAt = lastSignAt;
  while (performance.now() - lastSignAt < READY_LIMIT_MS && !signal.aborted) {
    const lines = await pidFileLines(data);
    if (lines[7]?.trim() === "ready") return "ready";
    await sleep(POLL_MS);
    if (performance.now() - askedAt < GREETING_EVERY_MS) continue;
    askedAt = performance.now();
    if (await serverGreets({ port, say: SSL_REQUEST, timeoutMs: GREETING_EVERY_MS })) lastSignAt = performance.now();
  }
  return "late";
}

async function pidFileLines(data: string): Promise<string[]> {
  try {
    return (await readFile(join(data, "postmaster.pid"), "utf8")).split("\n");
  } catch {
    return [];
  }
}

async function holdsSharedMemory(logFile: string): Promise<boolean> {
  return (await lastLines(logFile)).includes("still in use");
}

async function lastLines(file: string): Promise<string> {
  return (await readFile(file, "utf8")).trimEnd().split("\n").slice(-8).join("\n");
}
