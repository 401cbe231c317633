import { connectOperator } from "@signalbox/infra/nats/connect-operator.ts";
import { ensureStreams } from "@signalbox/infra/nats/streams.ts";
import { AUDIT_STREAM } from "@signalbox/proto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLine, type TestLine } from "../kit/start-line.ts";
import { delta, DONE, startUpstream, usageChunk, type Upstream } from "../kit/upstream.ts";
import { eventOf, Register } from "./register.ts";

/*
 * Goal: an outcome that nobody acknowledges is repeated for as long as its caller can wait, and else its answer has no
 * end, its decision is closed as abandoned, and the register has one outcome either way. The bus stands still (SIGSTOP),
 * and then its queue is taken away, in the middle of an answer; the dispatcher lives on.
 */

const STANDSTILL_MS = 3_000;

let upstream: Upstream;
let line: TestLine;
let register: Register;

beforeAll(async () => {
  upstream = await startUpstream();
  line = await startLine({ upstream });
  register = await Register.open(line.databaseUrl);
});

afterAll(async () => {
  await register[Symbol.asyncDispose]();
  await line[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

/** A streamed answer that stands in its middle until the work is done; the decision is in the register by then. */
async function askAround(work: () => Promise<void>): Promise<{ requestId: string; text: string }> {
  const { promise: release, resolve } = Promise.withResolvers<void>();
  const middle = [delta({ role: "assistant", content: "" }), delta({ content: "half" }), { until: release }];
  upstream.next({ steps: [...middle, delta({ content: " whole" }), delta({}, "stop"), usageChunk(), DONE] });
  const response = await fetch(`${line.baseUrl}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${line.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "auto", stream: true, messages: [{ role: "user", content: "Hello" }] }),
  });
  expect(response.status).toBe(200);
  const requestId = response.headers.get("x-request-id")!;
  await expect.poll(() => typesOf(requestId), { timeout: 10_000 }).toEqual(["decision"]);
  const reading = response.text();
  await work();
  resolve();
  return { requestId, text: await reading };
}

async function typesOf(requestId: string): Promise<string[]> {
  return (await register.leaves()).filter((leaf) => leaf.requestId === requestId).map(({ type }) => type);
}

async function outcomesOf(requestId: string): Promise<unknown[]> {
  const leaves = (await register.leaves()).filter((leaf) => leaf.requestId === requestId && leaf.type === "outcome");
  return leaves.map(({ leaf }) => eventOf(leaf)["result"]);
}

test("B15 while the bus stands still the record is sent again, and the answer ends once it is acknowledged", async () => {
  const nats = line.servers()["nats"]!;
  const { requestId, text } = await askAround(async () => {
    process.kill(nats, "SIGSTOP");
    setTimeout(() => process.kill(nats, "SIGCONT"), STANDSTILL_MS);
  });
  expect(text).toContain(" whole");
  expect(text.trimEnd().endsWith("data: [DONE]")).toBe(true);
  await expect.poll(() => outcomesOf(requestId), { timeout: 15_000 }).toEqual(["completed"]);
});

test("B15 without the queue the answer ends in an error and has no end, and is closed as abandoned afterwards", async () => {
  const operator = await connectOperator(line.natsUrl);
  const manager = await operator.jetstreamManager();
  const { requestId, text } = await askAround(async () => {
    await manager.streams.delete(AUDIT_STREAM.name);
  });
  await operator.close();
  expect(text).toContain("audit_unavailable");
  expect(text).not.toContain("[DONE]");
  await ensureStreams(line.natsUrl);
  await expect.poll(() => outcomesOf(requestId), { timeout: 90_000, interval: 500 }).toEqual(["abandoned"]);
});
