import { setTimeout as sleep } from "node:timers/promises";
import { STAGES } from "@signalbox/proto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLine } from "../kit/start-line.ts";
import type { TestLine } from "../kit/start-line.ts";

/*
 * Goal: any process may die. Each is killed with SIGKILL in turn, and the line has to answer again by itself.
 */

const RECOVERY_LIMIT_MS = 15_000;

let line: TestLine | undefined;
beforeAll(async () => {
  line = await startLine();
});
afterAll(() => line?.[Symbol.asyncDispose]());

async function untilAnswers(): Promise<number> {
  const deadline = performance.now() + RECOVERY_LIMIT_MS;
  let status = 0;
  while (status !== 200 && performance.now() < deadline) {
    status = await ask().catch(() => 0);
    if (status !== 200) await sleep(100);
  }
  return status;
}

async function ask(): Promise<number> {
  const response = await line!.api("/v1/chat/completions", {
    method: "POST",
    headers: { "content-type": "application/json", "x-signalbox-cache": "off" },
    body: JSON.stringify({ model: "auto", messages: [{ role: "user", content: "Hello" }] }),
    signal: AbortSignal.timeout(5_000),
  });
  await response.text();
  return response.status;
}

test.each(STAGES.map((stage) => [stage]))("%s is brought back after a kill", async (stage) => {
  const before = line!.pids()[stage]!;
  process.kill(before, "SIGKILL");
  const deadline = performance.now() + RECOVERY_LIMIT_MS;
  while (line!.pids()[stage] === before && performance.now() < deadline) await sleep(20);
  expect(line!.pids()[stage]).not.toBe(before);
  expect(await untilAnswers()).toBe(200);
  expect(line!.stderr()).toContain(`${stage} ended (SIGKILL)`);
});

test.each([["nats"], ["postgres"]])("%s is brought back after a kill, on the same port", async (server) => {
  const before = line!.servers()[server]!;
  process.kill(before, "SIGKILL");
  const deadline = performance.now() + RECOVERY_LIMIT_MS;
  while (line!.servers()[server] === before && performance.now() < deadline) await sleep(20);
  expect(line!.servers()[server]).not.toBe(before);
  expect(await untilAnswers()).toBe(200);
});
