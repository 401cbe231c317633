import { status } from "@grpc/grpc-js";
import { SseParser } from "@signalbox/dialects";
import { uuidv7 } from "@signalbox/kit";
import { ReplayRequest, SignalboxError, type ReplayJob } from "@signalbox/proto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startIngressRig, type IngressRig } from "./ingress-rig.ts";

const JOB: ReplayJob = {
  schema: "signalbox.replay-job.v1",
  id: uuidv7(),
  tenant: "alice",
  order: { kind: "verify", fromIndex: 0, toIndex: null, fromMs: null, toMs: null, policy: null },
  state: "running",
  error: null,
  range: { fromIndex: 0, toIndex: 9 },
  checkpoint: null,
  engine: null,
  replayed: 0,
  identical: 0,
  different: 0,
  failed: 0,
  identicalShare: null,
  differing: [],
  failures: [],
  changes: null,
  createdAtMs: 1,
  updatedAtMs: 1,
};

let rig: IngressRig;
let job = JOB;
const started: { tenant: string; order: ReplayRequest }[] = [];
const cancelled: string[] = [];
beforeAll(async () => {
  rig = await startIngressRig({
    ledger: {
      startReplay: (call, reply) => {
        const { tenant, orderJson } = call.request;
        started.push({ tenant, order: ReplayRequest.parse(JSON.parse(orderJson)) });
        reply(null, { jobJson: JSON.stringify(job) });
      },
      getReplay: (call, reply) => {
        if (call.request.id === job.id) return reply(null, { jobJson: JSON.stringify(job) });
        const error = new SignalboxError("not-found", "There is no replay of this id.");
        return reply({ code: status.NOT_FOUND, details: JSON.stringify(error.toJSON()) });
      },
      cancelReplay: (call, reply) => {
        cancelled.push(call.request.id);
        reply(null, { jobJson: JSON.stringify(job) });
      },
    },
  });
});
afterAll(() => rig[Symbol.asyncDispose]());

function ask(path: string, method = "GET", body?: object): Promise<Response> {
  return fetch(rig.baseUrl + path, {
    method,
    headers: { authorization: `Bearer ${rig.memberKey}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

test("an order becomes a job of the asking tenant, which can be read and cancelled", async () => {
  const policy = `sha256:${"a".repeat(64)}`;
  const from = "2026-01-02";
  const answer = await ask("/v1/replays", "POST", { kind: "diff", from_index: 3, from, to: 99, policy });
  expect(answer.status).toBe(202);
  expect(answer.headers.get("location")).toBe(`/v1/replays/${JOB.id}`);
  expect(await answer.json()).toMatchObject({ id: JOB.id, state: "running" });
  const order = { kind: "diff", fromIndex: 3, toIndex: null, fromMs: Date.parse(from), toMs: 99, policy };
  expect(started).toEqual([{ tenant: "alice", order }]);
  expect(await (await ask(`/v1/replays/${JOB.id}`)).json()).toEqual(JOB);
  expect((await ask(`/v1/replays/${JOB.id}`, "DELETE")).status).toBe(200);
  expect(cancelled).toEqual([JOB.id]);
});

test("an evaluation says what is weighed, and takes the rest as it is declared", async () => {
  const policy = `sha256:${"a".repeat(64)}`;
  const body = { kind: "evaluate", reward: "feedback", policy, catalogue: policy, min_effective_size: 50 };
  expect((await ask("/v1/replays", "POST", body)).status).toBe(202);
  expect(started.at(-1)?.order).toMatchObject({
    kind: "evaluate",
    policy,
    catalogue: policy,
    evaluation: { reward: "feedback", minEffectiveSize: 50, seed: 1, resamples: 1_000 },
  });
});

test.each([
  [{ kind: "evaluate" }],
  [{ kind: "diff", reward: "cost" }],
  [{ kind: "evaluate", reward: "beauty" }],
  [{ kind: "evaluate", reward: "cost", resamples: 1 }],
  [{ from: "yesterday" }],
  [{ to_index: -1 }],
  [{ policy: `sha256:${"a".repeat(64)}` }],
  [{ everything: true }],
])("an order that is wrong is refused: %j", async (order) => {
  expect((await ask("/v1/replays", "POST", order)).status).toBe(400);
});

test("a job that is not there is not found, read or followed", async () => {
  for (const path of [uuidv7(), "nonsense", `${uuidv7()}/events`]) {
    expect((await ask(`/v1/replays/${path}`)).status).toBe(404);
  }
});

test("a job is followed to its end, each step once", async () => {
  job = { ...JOB, updatedAtMs: 2, replayed: 4, identical: 4, identicalShare: 1_000_000 };
  const response = await ask(`/v1/replays/${JOB.id}/events`);
  expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
  const parser = new SseParser();
  const events: [name: string | undefined, replayed: number][] = [];
  for await (const bytes of response.body ?? []) {
    for (const { event, data } of parser.push(bytes)) {
      events.push([event, (JSON.parse(data) as ReplayJob).replayed]);
      if (event === "progress") job = { ...job, state: "completed", updatedAtMs: 3, replayed: 9, identical: 9 };
    }
  }
  expect(events).toEqual([
    ["progress", 4],
    ["completed", 9],
  ]);
});
