import { spawn } from "node:child_process";
import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findNatsServer } from "@signalbox/infra/nats/find-nats-server.ts";
import { natsKeys } from "@signalbox/infra/nats/nats-keys.ts";
import { startNats } from "@signalbox/infra/nats/start-nats.ts";
import { ensureStreams } from "@signalbox/infra/nats/streams.ts";
import { migrate } from "@signalbox/infra/postgres/migrate.ts";
import { ensureDatabase, ensureRoles, ROLES, urlForRole } from "@signalbox/infra/postgres/roles.ts";
import type { RoleName, RolePasswords } from "@signalbox/infra/postgres/roles.ts";
import { startPostgres } from "@signalbox/infra/postgres/start-postgres.ts";
import { freePort } from "@signalbox/infra/process/free-port.ts";
import { NODE_OPTIONS } from "@signalbox/infra/supervisor/service-processes.ts";
import type { ReadyMessage } from "@signalbox/kit";
import { rawPublicKey } from "@signalbox/tlog";
import { connect, type NatsConnection } from "nats";
import { Client } from "pg";
import { createProducer, type Producer } from "../../flow/ledger-events.ts";
import { endChild } from "../child-process.ts";

const ROOT = join(import.meta.dirname, "../../..");
const DATABASE = "bench_ledger";
const READY_LIMIT_MS = 60_000;

/** A ledger in a process of its own, over a PostgreSQL and a NATS of its own, and the producers that it knows. */
export type BenchLedger = AsyncDisposable & {
  readonly nats: NatsConnection;
  /** As the owner of the tables. */
  readonly owner: Client;
  readonly policy: Producer;
  readonly dispatcher: Producer;
  /** Who signs what the ledger itself says, such as which events never came. */
  readonly own: Producer;
  readonly grpcAddress: string;
  readonly token: string;
};

/** `prepare` finds the migrated, empty database before the ledger starts. */
export async function startBenchLedger(prepare?: (owner: Client) => Promise<void>): Promise<BenchLedger> {
  await using stack = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), "signalbox-bench-ledger-"));
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  const { superUrl, passwords } = await startDatabase(dir, stack);
  const urlFor = (role: RoleName): string => urlForRole({ superUrl, role, passwords, database: DATABASE });
  const cache = join(ROOT, "node_modules/.cache/signalbox");
  await mkdir(cache, { recursive: true });
  const keys = natsKeys(join(dir, "nats-keys"));
  const binary = await findNatsServer(cache);
  const logFile = join(dir, "nats.log");
  const server = stack.use(await startNats({ binary, dir: join(dir, "nats"), port: await freePort(), keys, logFile }));
  await ensureStreams(server.operatorUrl);
  const owner = stack.adopt(new Client({ connectionString: urlFor("owner") }), (client) => client.end());
  await owner.connect();
  await prepare?.(owner);
  const [policy, dispatcher, own] = [
    createProducer("policy"),
    createProducer("dispatcher"),
    createProducer("audit-ledger"),
  ];
  for (const { keyId, service, publicKey } of [policy, dispatcher, own]) {
    await owner.query("insert into ledger_producer (key_id, service, public_key) values ($1, $2, $3)", [
      keyId,
      service,
      rawPublicKey(publicKey),
    ]);
  }
  const token = randomBytes(16).toString("hex");
  const [signingKeyFile, keyFile] = [join(dir, "own.pem"), join(dir, "log.pem")];
  await writeFile(signingKeyFile, own.privateKey.export({ type: "pkcs8", format: "pem" }));
  await writeFile(keyFile, generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }));
  const config = {
    logLevel: "error",
    nats: { url: server.url, seedFile: keys.seedFiles["audit-ledger"] },
    postgres: { url: urlFor("audit-ledger") },
    grpc: { callers: { operator: `sha256:${createHash("sha256").update(token).digest("hex")}` } },
    signingKeyFile,
    checkpoint: { origin: "signalbox.bench/log", keyFile, stateFile: join(dir, "signed-head.json") },
    // What the bench records names no kept documents.
    replaySample: { decisions: 0 },
  };
  const configFile = join(dir, "ledger.json");
  await writeFile(configFile, JSON.stringify(config));
  const grpcPort = await startLedger(configFile, stack);
  const nats = stack.adopt(
    await connect({ servers: server.url, user: "operator", pass: keys.operatorPassword }),
    (open) => open.close(),
  );
  const running = stack.move();
  return {
    nats,
    owner,
    policy,
    dispatcher,
    own,
    grpcAddress: `127.0.0.1:${grpcPort}`,
    token,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function startDatabase(
  dir: string,
  stack: AsyncDisposableStack,
): Promise<{ superUrl: string; passwords: RolePasswords }> {
  const logFile = join(dir, "postgres.log");
  const { superUrl } = stack.use(await startPostgres({ dir, port: await freePort(), logFile }));
  const passwords = Object.fromEntries(
    Object.keys(ROLES).map((role) => [role, randomBytes(12).toString("hex")]),
  ) as Record<RoleName, string>;
  await ensureRoles(superUrl, passwords);
  await ensureDatabase(superUrl, DATABASE);
  await migrate(urlForRole({ superUrl, role: "owner", passwords, database: DATABASE }));
  return { superUrl, passwords };
}

async function startLedger(configFile: string, stack: AsyncDisposableStack): Promise<number> {
  const args = [...NODE_OPTIONS, "services/audit-ledger/src/main.ts", "--config", configFile];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "inherit", "inherit", "ipc"] });
  stack.defer(() => endChild(child, "SIGTERM"));
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const limit = setTimeout(() => reject(new Error("the ledger was not ready in time")), READY_LIMIT_MS);
  child.once("exit", (code) => reject(new Error(`the ledger ended with code ${String(code)}`)));
  child.once("message", (message) => resolve((message as ReadyMessage).ports.grpc ?? 0));
  return await promise.finally(() => {
    clearTimeout(limit);
  });
}
