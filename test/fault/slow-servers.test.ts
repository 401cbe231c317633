import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectOperator } from "@signalbox/infra/nats/connect-operator.ts";
import { AUDIT_STREAM, STAGES } from "@signalbox/proto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startLine, type TestLine } from "../kit/start-line.ts";
import { startUpstream, type Upstream } from "../kit/upstream.ts";
import { type Ending, sendOne } from "./mixed-load.ts";
import { Register } from "./register.ts";
import { type Delay, type SlowLink, slowLinkTo } from "./slow-link.ts";

/*
 * Goal: a slow database costs requests nothing, because none waits for it. A slow bus costs each of them its hops' time; one so slow
 * that the pipeline's time is over ends in a typed error and not later. Afterwards the line is what it was, and each request that a
 * client saw is in the register once.
 */

const CLIENTS = 8;
const PHASE_MS = 10_000;
const SETTLE_LIMIT_MS = 60_000;
/** Each way of each connection, every piece. */
const SLOW: Delay = [50, 500];

type Timed = Ending & { readonly tookMs: number };

let upstream: Upstream;
let line: TestLine;
let postgres: SlowLink;
let nats: SlowLink;
let number = 0;
const all: Timed[] = [];

beforeAll(async () => {
  upstream = await startUpstream();
  line = await startLine({ upstream });
  const ports = json(join(line.home, "run/ports.json")) as { postgres: number; nats: number };
  [postgres, nats] = await Promise.all([slowLinkTo(ports.postgres), slowLinkTo(ports.nats)]);
  await putBehindLinks(ports);
  await vi.waitUntil(async () => (await sendOne(line, 0)).kind === "answer", { timeout: 60_000, interval: 250 });
  await load();
}, 200_000);
afterAll(async () => {
  await line[Symbol.asyncDispose]();
  await Promise.all([postgres[Symbol.asyncDispose](), nats[Symbol.asyncDispose]()]);
  await upstream[Symbol.asyncDispose]();
});

function json(file: string): object {
  return JSON.parse(readFileSync(file, "utf8")) as object;
}

/** The supervisor brings a service back with its file as it is then. */
async function putBehindLinks(ports: { postgres: number; nats: number }): Promise<void> {
  const before = line.pids();
  for (const stage of STAGES) {
    const file = join(line.home, "run", `${stage}.json`);
    const text = readFileSync(file, "utf8");
    writeFileSync(
      file,
      text
        .replaceAll(`127.0.0.1:${ports.postgres}/`, `127.0.0.1:${postgres.port}/`)
        .replaceAll(`127.0.0.1:${ports.nats}"`, `127.0.0.1:${nats.port}"`),
    );
    process.kill(before[stage]!, "SIGKILL");
  }
  const areNew = (): boolean => STAGES.every((stage) => line.pids()[stage] !== before[stage]);
  await vi.waitUntil(areNew, { timeout: 60_000, interval: 100 });
}

/** Some clients, each of which asks one thing after the other. */
async function load(): Promise<Timed[]> {
  const endings: Timed[] = [];
  const untilMs = performance.now() + PHASE_MS;
  const client = async (): Promise<void> => {
    while (performance.now() < untilMs) {
      const startedMs = performance.now();
      const ending = await sendOne(line, (number += 1));
      endings.push({ ...ending, tookMs: performance.now() - startedMs });
      await sleep(40);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  all.push(...endings);
  return endings;
}

const kindsOf = (endings: readonly Timed[]): Set<string> =>
  new Set(endings.map((end) => (end.kind === "error" ? `${end.status} ${end.code}` : end.kind)));

const slowestOf = (endings: readonly Timed[]): number => Math.max(...endings.map(({ tookMs }) => tookMs));

test(
  "B13 while PostgreSQL takes up to half a second for each piece, requests are answered as ever",
  { timeout: 60_000 },
  async () => {
    postgres.slow(SLOW);
    const endings = await load();
    expect(kindsOf(endings)).toEqual(new Set(["answer"]));
    expect(endings.length).toBeGreaterThan(300);
    const times = endings.map(({ tookMs }) => tookMs).toSorted((one, two) => one - two);
    expect(times[Math.floor(times.length / 2)]).toBeLessThan(200);
    expect(slowestOf(endings)).toBeLessThan(1_500);
    postgres.slow(null);
  },
);

test(
  "B13 while NATS takes some milliseconds more for each piece, every request is answered",
  { timeout: 60_000 },
  async () => {
    nats.slow([5, 50]);
    expect(kindsOf(await load())).toEqual(new Set(["answer"]));
  },
);

test(
  "B13 a NATS that is slower than requests may wait ends them in time, with typed errors",
  { timeout: 90_000 },
  async () => {
    nats.slow(SLOW);
    const endings = await load();
    nats.slow(null);
    const kinds = [...kindsOf(endings)];
    expect(kinds.filter((kind) => kind !== "answer" && !/^(503|504) [a-z_]+$/.test(kind))).toEqual([]);
    // The pipeline's three seconds, and the outcome's record behind the answer.
    expect(slowestOf(endings)).toBeLessThan(12_000);
  },
);

test(
  "B13 afterwards requests are answered as before, and each is in the register once",
  { timeout: 120_000 },
  async () => {
    await expect.poll(() => sendOne(line, 0), { timeout: 10_000, interval: 250 }).toMatchObject({ kind: "answer" });
    expect(kindsOf(await load())).toEqual(new Set(["answer"]));
    await expect.poll(queued, { timeout: SETTLE_LIMIT_MS }).toBe(0);
    await using register = await Register.open(line.databaseUrl);
    const ended = async (): Promise<string[]> =>
      (await register.leaves()).filter(({ type }) => type === "outcome").map(({ requestId }) => requestId);
    const asked = all.flatMap(({ requestId }) => requestId ?? []);
    const missing = async (): Promise<string[]> => {
      const found = new Set(await ended());
      return asked.filter((requestId) => !found.has(requestId));
    };
    await expect.poll(missing, { timeout: SETTLE_LIMIT_MS, interval: 500 }).toEqual([]);
    const outcomes = await ended();
    expect(new Set(outcomes).size).toBe(outcomes.length);
  },
);

async function queued(): Promise<number> {
  const operator = await connectOperator(line.natsUrl);
  const { state } = await (await operator.jetstreamManager()).streams.info(AUDIT_STREAM.name);
  await operator.close();
  return state.messages;
}
