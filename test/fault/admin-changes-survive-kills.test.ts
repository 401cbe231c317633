import { connectOperator } from "@signalbox/infra/nats/connect-operator.ts";
import { ensureStreams } from "@signalbox/infra/nats/streams.ts";
import { AUDIT_STREAM } from "@signalbox/proto";
import type { NatsConnection } from "nats";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLine, type TestLine } from "../kit/start-line.ts";
import { eventOf, Register } from "./register.ts";

/*
 * Goal: an administrator's change and its leaf are one, wherever whoever makes it dies: before the change is committed
 * there is neither, and after it there are both, each once. Ingress is held at the write of the record, or kept from the
 * queue, and then killed with SIGKILL; the connection that is held dies with it, as when its host does.
 */

const HELD = 7_309_000_001;

let line: TestLine;
let owner: Client;
let nats: NatsConnection;
let register: Register;

beforeAll(async () => {
  line = await startLine({});
  owner = new Client({ connectionString: line.databaseUrl });
  await owner.connect();
  nats = await connectOperator(line.natsUrl);
  register = await Register.open(line.databaseUrl);
});

afterAll(async () => {
  await register[Symbol.asyncDispose]();
  await nats.close();
  await owner.end();
  await line[Symbol.asyncDispose]();
});

function makeTeam(id: string): Promise<Response | null> {
  const headers = { "content-type": "application/json" };
  return line.api("/admin/v1/teams", { method: "POST", headers, body: JSON.stringify({ id }) }).catch(() => null);
}

async function killIngress(): Promise<void> {
  const before = line.pids()["ingress"]!;
  process.kill(before, "SIGKILL");
  await expect.poll(() => line.pids()["ingress"], { timeout: 15_000 }).not.toBe(before);
}

async function rows(id: string): Promise<number> {
  return (await owner.query("select from identity where kind = 'team' and id = $1", [id])).rowCount ?? 0;
}

async function waiting(): Promise<number> {
  return (await owner.query("select from admin_outbox")).rowCount ?? 0;
}

async function leaves(id: string): Promise<number> {
  const events = (await register.leaves()).filter(({ type }) => type === "admin").map(({ leaf }) => eventOf(leaf));
  return events.filter((event) => event["object"] === "team" && event["id"] === id).length;
}

test("B15 who dies between the change and the write of its record leaves neither", async () => {
  await owner.query(`
    create function hold() returns trigger language plpgsql as
      $$ begin perform pg_advisory_xact_lock(${HELD}); return new; end $$;
    create trigger held before insert on admin_outbox for each row execute function hold();
    grant execute on function hold() to public`);
  await owner.query(`select pg_advisory_lock(${HELD})`);
  const asked = makeTeam("held");
  const waits = "select pid from pg_locks where locktype = 'advisory' and not granted";
  const held = async (): Promise<number[]> => (await owner.query<{ pid: number }>(waits)).rows.map(({ pid }) => pid);
  await expect.poll(held, { timeout: 10_000 }).toHaveLength(1);
  const [connection] = await held();
  await killIngress();
  // Postgres' own process for that connection.
  process.kill(connection!, "SIGTERM");
  await expect.poll(held, { timeout: 10_000 }).toEqual([]);
  expect(await asked).toBeNull();
  await owner.query(`select pg_advisory_unlock(${HELD}); drop trigger held on admin_outbox; drop function hold()`);
  expect(await rows("held")).toBe(0);
  await expect.poll(async () => (await makeTeam("after"))?.status, { timeout: 15_000 }).toBe(201);
  await expect.poll(() => leaves("after"), { timeout: 10_000 }).toBe(1);
  expect(await leaves("held")).toBe(0);
});

test("B15 who dies after the commit, with the record unsent, leaves it to whoever comes next: one leaf", async () => {
  const manager = await nats.jetstreamManager();
  await manager.streams.delete(AUDIT_STREAM.name);
  const asked = makeTeam("unsent");
  await expect.poll(() => rows("unsent"), { timeout: 10_000 }).toBe(1);
  await killIngress();
  await asked;
  await ensureStreams(line.natsUrl);
  await expect.poll(() => leaves("unsent"), { timeout: 45_000, interval: 250 }).toBe(1);
});

test("B15 who dies after the record was taken, before it knows of it, has it sent again: still one leaf", async () => {
  const manager = await nats.jetstreamManager();
  await manager.streams.update(AUDIT_STREAM.name, { no_ack: true });
  const asked = makeTeam("unknown");
  await expect.poll(() => leaves("unknown"), { timeout: 10_000 }).toBe(1);
  await killIngress();
  await asked;
  await manager.streams.update(AUDIT_STREAM.name, { no_ack: false });
  await expect.poll(waiting, { timeout: 45_000, interval: 250 }).toBe(0);
  await expect.poll(() => leaves("unknown"), { timeout: 5_000 }).toBe(1);
});
