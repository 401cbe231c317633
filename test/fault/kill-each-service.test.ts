import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLine, type TestLine } from "../kit/start-line.ts";
import { startUpstream, type Script, type Upstream } from "../kit/upstream.ts";
import { sendMixedLoad, type Ending } from "./mixed-load.ts";
import { eventOf, recomputedRoot, Register, type LeafRow } from "./register.ts";

/*
 * Goal: any process may die at any moment. 500 mixed requests run, 32 at a time, while each service behind ingress is
 * killed with SIGKILL once and brought back by the supervisor. Then the register is read and held against what the
 * clients saw.
 */

const REQUESTS = 500;
const CONCURRENCY = 32;
const VICTIMS = ["classifier", "policy", "cache", "dispatcher", "audit-ledger"] as const;
const SETTLE_LIMIT_MS = 75_000;

/** Before which request the victim dies. */
const killAt = (index: number): number => 60 + 88 * index;

let upstream: Upstream;
let line: TestLine;
let endings: Ending[];
let leaves: LeafRow[];

beforeAll(async () => {
  upstream = await startUpstream();
  upstream.always((request) => slowAnswer(request.body["stream"] === true));
  line = await startLine({ upstream });
  endings = await sendMixedLoad({
    baseUrl: line.baseUrl,
    apiKey: line.apiKey,
    requests: REQUESTS,
    concurrency: CONCURRENCY,
    onRequest: (number) => {
      const victim = VICTIMS.find((_, index) => killAt(index) === number);
      if (victim !== undefined) process.kill(line.pids()[victim]!, "SIGKILL");
    },
  });
  leaves = await settledLeaves();
}, 240_000);

afterAll(async () => {
  await line[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

/** Waits until every decision is closed: named by an outcome, or superseded. */
async function settledLeaves(): Promise<LeafRow[]> {
  await using register = await Register.open(line.databaseUrl);
  const giveUpAtMs = Date.now() + SETTLE_LIMIT_MS;
  for (;;) {
    const found = await register.leaves();
    if (openDecisions(found).length === 0 && unrecorded(found).length === 0) return found;
    if (Date.now() > giveUpAtMs) return found;
    await sleep(500);
  }
}

function openDecisions(found: LeafRow[]): string[] {
  const closed = new Set(found.filter(({ type }) => type !== "decision").map(({ decisionId }) => decisionId));
  return found
    .filter(({ type, decisionId }) => type === "decision" && !closed.has(decisionId))
    .map(({ decisionId }) => decisionId!);
}

function unrecorded(found: LeafRow[]): string[] {
  const recorded = new Set(found.filter(({ type }) => type === "outcome").map(({ requestId }) => requestId));
  return endings.map(({ requestId }) => requestId ?? "no id").filter((id) => !recorded.has(id));
}

test("every request ends in an answer or a typed error", () => {
  expect(endings.filter(({ kind }) => kind === "broken")).toEqual([]);
  expect(endings).toHaveLength(REQUESTS);
  // Between two kills the line recovered: the load is not errors alone.
  for (const [index] of VICTIMS.entries()) {
    const after = endings.slice(killAt(index), killAt(index + 1));
    expect(after.filter(({ kind }) => kind === "answer").length, `after ${VICTIMS[index]}`).toBeGreaterThan(5);
  }
});

test("every request has exactly one outcome leaf", () => {
  expect(unrecorded(leaves)).toEqual([]);
  const outcomes = leaves.filter(({ type }) => type === "outcome").map(({ requestId }) => requestId);
  expect(new Set(outcomes).size).toBe(outcomes.length);
});

test("the outcome of an answered request names the decision that the client was told", () => {
  const outcomes = new Map(leaves.filter(({ type }) => type === "outcome").map((leaf) => [leaf.requestId, leaf]));
  const answers = endings.filter((ending) => ending.kind === "answer");
  const recorded = answers.map(({ requestId }) => {
    const { decisionId, result } = eventOf(outcomes.get(requestId)!.leaf);
    return { requestId, decisionId, result };
  });
  expect(recorded).toEqual(
    answers.map(({ requestId, decisionId }) => ({ requestId, decisionId, result: "completed" })),
  );
});

test("every decision is closed within a minute: executed, superseded or abandoned", () => {
  expect(openDecisions(leaves)).toEqual([]);
});

test("indexes are dense, and the recomputed root is the signed one", async () => {
  expect(leaves.map(({ idx }) => idx)).toEqual(leaves.map((_, index) => index));
  await sleep(1_500);
  await using register = await Register.open(line.databaseUrl);
  const rows = await register.leaves();
  const head = await register.head();
  expect(head.size).toBe(rows.length);
  expect(recomputedRoot(rows).equals(head.root)).toBe(true);
  const note = await register.checkpointAt(head.size);
  expect(note?.split("\n").slice(1, 3)).toEqual([String(head.size), head.root.toString("base64")]);
});

test("every decision of the run replays to the same bytes", async () => {
  const decisions = leaves.filter(({ type }) => type === "decision");
  expect(decisions.length).toBeGreaterThan(100);
  const replays = await line.replayAll();
  expect(replays.length).toBeGreaterThanOrEqual(decisions.length);
  expect(replays.filter(({ identical }) => !identical)).toEqual([]);
});

function slowAnswer(stream: boolean): Script {
  const usage = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };
  const base = { id: "chatcmpl-1", created: 1_795_257_600, model: "m" };
  if (!stream) {
    const message = { role: "assistant", content: "One two three", refusal: null };
    const choices = [{ index: 0, message, finish_reason: "stop", logprobs: null }];
    return {
      headers: { "content-type": "application/json" },
      steps: [{ waitMs: 30 }, { send: JSON.stringify({ ...base, object: "chat.completion", choices, usage }) }],
    };
  }
  const chunk = (delta: object, finish: string | null): { send: object } => ({
    send: {
      ...base,
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }],
    },
  });
  return {
    headers: { "content-type": "text/event-stream" },
    steps: [
      chunk({ role: "assistant", content: "One" }, null),
      { waitMs: 15 },
      chunk({ content: " two" }, null),
      { waitMs: 15 },
      chunk({ content: " three" }, "stop"),
      { send: { ...base, object: "chat.completion.chunk", choices: [], usage } },
      { send: "data: [DONE]\n\n" },
    ],
  };
}
