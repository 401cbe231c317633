import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { natsKeys } from "@signalbox/infra/nats/nats-keys.ts";
import { startNats } from "@signalbox/infra/nats/start-nats.ts";
import { startPostgres } from "@signalbox/infra/postgres/start-postgres.ts";
import { freePort } from "@signalbox/infra/process/free-port.ts";
import { SupervisedServer, type Server } from "@signalbox/infra/supervisor/supervised-server.ts";
import { Client } from "pg";
import { expect, inject, onTestFinished, test, vi } from "vitest";

const PACE = { everyMs: 200, missesMax: 5 };
const REPLACED = [expect.stringContaining("stands still"), expect.stringContaining("is up again")];
const LONGER_THAN_A_START_MS = 65_000;

async function tempDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "signalbox-frozen-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** Freezes what is kept, and says whether another process serves in its place. */
async function isReplaced(kept: SupervisedServer<Server>): Promise<boolean> {
  const frozen = kept.server.pid;
  // It is held to what it does once it has answered.
  await sleep(5 * PACE.everyMs);
  process.kill(frozen, "SIGSTOP");
  expect(await kept.server.answers(300)).toBe(false);
  await expect.poll(() => kept.server.pid, { timeout: 30_000 }).not.toBe(frozen);
  return kept.server.answers(5_000);
}

test("a NATS that stands still is ended and started again over its streams", { timeout: 60_000 }, async () => {
  const dir = await tempDir();
  const { natsBinary: binary } = inject("neighbours");
  const options = { binary, dir, port: await freePort(), keys: natsKeys(join(dir, "keys")) };
  const said: string[] = [];
  const start = (): ReturnType<typeof startNats> => startNats({ ...options, logFile: join(dir, "nats.log") });
  await using kept = await SupervisedServer.start({ start, say: (line) => said.push(line), pace: PACE });
  expect(await isReplaced(kept)).toBe(true);
  expect(said).toEqual(REPLACED);
});

test(
  "a PostgreSQL that stands still is ended and started again with all that was committed",
  { timeout: 90_000 },
  async () => {
    const dir = await tempDir();
    const options = { dir, port: await freePort(), logFile: join(dir, "postgres.log") };
    const said: string[] = [];
    const start = (): ReturnType<typeof startPostgres> => startPostgres(options);
    await using kept = await SupervisedServer.start({ start, say: (line) => said.push(line), pace: PACE });
    const url = kept.server.superUrl;
    await ask(url, "create table kept as select 1 as one");
    expect(await isReplaced(kept)).toBe(true);
    expect(said).toEqual(REPLACED);
    expect(await ask(url, "select one from kept")).toEqual([{ one: 1 }]);
  },
);

test("a PostgreSQL that recovers for longer than a start takes is waited for", { timeout: 120_000 }, async () => {
  const dir = await tempDir();
  const options = { dir, port: await freePort(), logFile: join(dir, "postgres.log") };
  const first = await startPostgres(options);
  const { superUrl } = first;
  await first[Symbol.asyncDispose]();
  // One that waits for a primary's log and takes no connections in the meantime is in recovery for ever.
  await writeFile(join(dir, "data", "standby.signal"), "");
  await appendFile(join(dir, "data", "postgresql.auto.conf"), "hot_standby = off\n");
  const ended = vi.fn<(error: Error) => void>();
  const starting = startPostgres(options).catch(ended);
  await sleep(LONGER_THAN_A_START_MS);
  await expect(ask(superUrl, "select 1")).rejects.toThrow(/starting up|not accepting|not yet accepting/);
  expect(await first.answers(5_000)).toBe(true);
  expect(ended).not.toHaveBeenCalled();
  const [pid] = (await readFile(join(dir, "data", "postmaster.pid"), "utf8")).split("\n");
  process.kill(Number(pid), "SIGINT");
  await starting;
  expect(ended).toHaveBeenCalled();
});

async function ask(connectionString: string, question: string): Promise<unknown[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(question)).rows;
  } finally {
    await client.end();
  }
}
