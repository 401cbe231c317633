import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { connectOperator } from "@signalbox/infra/nats/connect-operator.ts";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type TestLine, startLine } from "../kit/start-line.ts";
import { failure, RESET, type Script, startUpstream, streamed, type Upstream, whole } from "../kit/upstream.ts";

/*
 * Goal: a line that has worked is, at rest, what it was. Streams, whole answers, clients that leave at any moment, that read
 * slowly or ask for what is not there, providers that fail, cut off and stall: none of it leaves sockets, files, sessions,
 * consumers or rows behind, but the register and what is booked from it.
 */

const CLIENTS = 12;
const ROUND_MS = 10_000;
const REST_LIMIT_MS = 20_000;
/** Sessions and connections between services that a pool may hold at one moment and not at the other. */
const SPARE_FILES = 8;

type Rest = {
  readonly files: Record<string, number>;
  readonly sessions: number;
  readonly consumers: number[];
  readonly rows: Record<string, number>;
};

let upstream: Upstream;
let line: TestLine;
let before: Rest;
let after: Rest;
let asked = 0;

beforeAll(async () => {
  upstream = await startUpstream();
  upstream.always(() => script(asked));
  line = await startLine({ upstream });
  for (const budget of [
    { name: "month", scope: {}, limit: { usd: 100 }, window: "month" },
    { name: "places", scope: {}, limit: { concurrency: 1_000 } },
    { name: "next-to-none", scope: { tag: "poor" }, limit: { usd: 0.000001 }, window: "day" },
  ]) {
    const made = await line.api("/admin/v1/budgets", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(budget),
    });
    if (made.status !== 201) throw new Error(await made.text());
  }
  await work();
  before = await rest();
  await work();
  await work();
  after = await rest();
}, 200_000);
afterAll(async () => {
  await line[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

function script(number: number): Script {
  if (number % 41 === 0) return failure(500);
  if (number % 43 === 0) return RESET;
  if (number % 47 === 0) return { ...streamed("cut"), steps: [streamed("cut").steps[0]!, { drop: "reset" }] };
  const waiting = { before: [{ waitMs: number % 53 === 0 ? 1_500 : number % 30 }] };
  return number % 2 === 0 ? { ...streamed("one ", "two ", "three"), ...waiting } : { ...whole("Hello"), ...waiting };
}

async function work(): Promise<void> {
  upstream.received.length = 0;
  const untilMs = performance.now() + ROUND_MS;
  const client = async (): Promise<void> => {
    while (performance.now() < untilMs) await ask((asked += 1));
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

/** Every seventh client leaves, at another moment each time; every eleventh reads slowly. */
async function ask(number: number): Promise<void> {
  const leaving = new AbortController();
  if (number % 7 === 0) setTimeout(() => leaving.abort(), number % 90).unref();
  const model = number % 31 === 0 ? `nothing-${number}` : "auto";
  const content = number % 5 === 0 ? "Again" : `Hello ${number}`;
  const body = { model, stream: number % 2 === 0, temperature: 0, messages: [{ role: "user", content }] };
  try {
    const answer = await fetch(`${line.baseUrl}/v1/chat/completions`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${line.apiKey}`,
        "content-type": "application/json",
        ...(number % 37 === 0 ? { "x-signalbox-tags": "poor" } : {}),
      },
      body: JSON.stringify(body),
      signal: leaving.signal,
    });
    if (number % 11 === 0) for await (const _piece of answer.body!) await sleep(20);
    else await answer.text();
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
  }
}

/** What stands when every decision is closed and booked, and the connections kept for a next request have been given up. */
async function rest(): Promise<Rest> {
  const database = new Client({ connectionString: line.databaseUrl });
  await database.connect();
  const nats = await connectOperator(line.natsUrl);
  const count = async (sql: string): Promise<number> => Number((await database.query<{ n: string }>(sql)).rows[0]!.n);
  try {
    await vi.waitFor(
      async () => {
        const open = `select count(*) n from ledger_leaf d where type = 'decision' and not exists
          (select from ledger_leaf o where o.request_id = d.request_id and o.type <> 'decision')`;
        expect(await count(open)).toBe(0);
        expect(upstream.openConnections()).toBe(0);
        expect(await count("select size - (select next_idx from budget_cursor) n from ledger_head")).toBe(0);
      },
      { timeout: REST_LIMIT_MS, interval: 250 },
    );
    const streams = await nats.jetstreamManager();
    const states = await Promise.all(["AUDIT", "LEDGER"].map((name) => streams.streams.info(name)));
    return {
      files: Object.fromEntries(
        Object.entries(line.pids()).map(([name, pid]) => [name, readdirSync(`/proc/${pid}/fd`).length]),
      ),
      sessions: await count("select count(*) n from pg_stat_activity where usename like 'signalbox%'"),
      consumers: states.map(({ state }) => state.consumer_count),
      rows: {
        "messages in AUDIT": states[0]!.state.messages,
        "health documents": await count("select count(*) n from document where kind = 'health'"),
        "reservations that are waited for": await count(
          "select count(*) n from budget_reservation where settled is null",
        ),
        "places taken": await count("select count(*) n from budget_reservation where budget = 'places'"),
        "admin changes to send": await count("select count(*) n from admin_outbox"),
      },
    };
  } finally {
    await nats.close();
    await database.end();
  }
}

test("the load was a load: answers of all kinds", async () => {
  expect(asked).toBeGreaterThan(500);
  expect(await (await line.api("/v1/decisions?limit=100")).json()).toMatchObject({ data: { length: 100 } });
});

test.skipIf(process.platform !== "linux")("no service has more files and sockets open", () => {
  const grown = Object.entries(after.files).filter(([name, count]) => count > before.files[name]! + SPARE_FILES);
  expect(grown).toEqual([]);
});

test("PostgreSQL has no more sessions, and NATS no more consumers", () => {
  expect(after.sessions).toBeLessThanOrEqual(before.sessions + 4);
  expect([before.consumers, after.consumers]).toEqual([
    [1, 0],
    [1, 0],
  ]);
});

test("nothing is waited for any more, and figures that drift have made few documents", () => {
  const { "health documents": documents, ...waiting } = after.rows;
  expect(Object.values(waiting).filter((count) => count > 0)).toEqual([]);
  // Two rounds, with a circuit that opens and closes now and then; one a second were twenty and more.
  expect(documents! - before.rows["health documents"]!).toBeLessThan(16);
});
