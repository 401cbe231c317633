import { afterAll, beforeAll, expect, test } from "vitest";
import { startLine, type TestLine } from "../kit/start-line.ts";
import { startUpstream, type Upstream } from "../kit/upstream.ts";
import { eventOf, Register } from "./register.ts";

/*
 * Goal: with `audit: sync` a ledger that stands still (SIGSTOP) holds no client up beyond the time that is declared, no
 * provider is called, and once it goes on it has the records of what was refused meanwhile.
 */

const PIPELINE_TIMEOUT_MS = 10_000;

let upstream: Upstream;
let line: TestLine;

beforeAll(async () => {
  upstream = await startUpstream();
  const limits = { pipelineTimeoutMs: PIPELINE_TIMEOUT_MS };
  line = await startLine({ upstream, config: { audit: "sync", limits } });
});

afterAll(async () => {
  await line[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

test("B15 a ledger that stands still is a 503 in time, and nothing of it is lost", async () => {
  const ledger = line.pids()["audit-ledger"]!;
  process.kill(ledger, "SIGSTOP");
  const askedMs = performance.now();
  const refused = await fetch(`${line.baseUrl}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${line.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "auto", messages: [{ role: "user", content: "Hello" }] }),
  }).finally(() => process.kill(ledger, "SIGCONT"));
  expect(performance.now() - askedMs).toBeLessThan(PIPELINE_TIMEOUT_MS);
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  expect(await refused.json()).toMatchObject({ error: { code: "audit_unavailable" } });
  expect(upstream.received).toEqual([]);
  const requestId = refused.headers.get("x-request-id");
  await using register = await Register.open(line.databaseUrl);
  const recorded = async (): Promise<unknown[]> => {
    const leaves = (await register.leaves()).filter((leaf) => leaf.requestId === requestId);
    return leaves.map(({ type, leaf }) => [type, eventOf(leaf)["result"] ?? null]);
  };
  const all = [
    ["decision", null],
    ["outcome", "failed"],
    ["superseded", null],
  ];
  await expect.poll(recorded, { timeout: 15_000 }).toEqual(all);
});
