import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLine, type TestLine } from "../kit/start-line.ts";
import { startUpstream, type Upstream } from "../kit/upstream.ts";
import { Register } from "./register.ts";

/*
 * Goal: a full AUDIT queue refuses requests, drops nothing, and takes requests again as soon as the ledger has drained it.
 * The ledger is stopped with SIGSTOP, so that the queue fills at its own pace, and continued afterwards.
 */

const QUEUE_MAX_MESSAGES = 24;
const REQUESTS_MAX = 100;

let upstream: Upstream;
let line: TestLine;
const answered: string[] = [];

beforeAll(async () => {
  upstream = await startUpstream();
  line = await startLine({ upstream, config: { limits: { auditMaxMessages: QUEUE_MAX_MESSAGES } } });
});

afterAll(async () => {
  await line[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

async function ask(): Promise<Response> {
  const answer = await fetch(`${line.baseUrl}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${line.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "auto", messages: [{ role: "user", content: "Hello" }] }),
  });
  if (answer.status === 200) answered.push(answer.headers.get("x-request-id")!);
  return answer;
}

test("requests are refused with a typed 503 once the queue is full, and no provider is called for them", async () => {
  process.kill(line.pids()["audit-ledger"]!, "SIGSTOP");
  let refused: Response | undefined;
  for (let count = 0; count < REQUESTS_MAX && refused === undefined; count += 1) {
    const answer = await ask();
    if (answer.status !== 200) refused = answer;
  }
  expect(refused?.status).toBe(503);
  expect(refused?.headers.get("retry-after")).not.toBeNull();
  expect(await refused?.json()).toMatchObject({ error: { code: "audit_unavailable" } });
  const before = upstream.received.length;
  expect((await ask()).status).toBe(503);
  expect(upstream.received.length).toBe(before);
});

test("they are admitted again as soon as the ledger has drained it", async () => {
  process.kill(line.pids()["audit-ledger"]!, "SIGCONT");
  await expect.poll(async () => (await ask()).status, { timeout: 10_000, interval: 100 }).toBe(200);
});

test("nothing that was answered is missing from the register", async () => {
  await sleep(1_500);
  await using register = await Register.open(line.databaseUrl);
  const recorded = new Set(
    (await register.leaves()).filter(({ type }) => type === "outcome").map(({ requestId }) => requestId),
  );
  expect(answered.length).toBeGreaterThan(QUEUE_MAX_MESSAGES / 4);
  expect(answered.filter((id) => !recorded.has(id))).toEqual([]);
});
