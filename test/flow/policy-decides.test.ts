import { FACTS, endpoint, priced, quality } from "@signalbox/decision/fixtures/documents";
import { type DispatchOrder, NO_USAGE } from "@signalbox/proto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPolicyRig, type PolicyRig } from "./policy-rig.ts";

const GOOD = endpoint("b/good", { price: priced(1_000_000, 4_000_000), quality: quality(600_000) });
const DEAR = endpoint("c/dear", {
  dialect: "anthropic-messages",
  maxOutputTokens: 32_000,
  price: priced(5_000_000, 20_000_000),
  quality: quality(900_000),
});
const ENTRY_ID = "01990000-0000-7000-8000-000000000002";

let rig: PolicyRig;
beforeAll(async () => {
  rig = await startPolicyRig([GOOD, DEAR]);
});
afterAll(() => rig[Symbol.asyncDispose]());

test("with no dispatcher running the caller gets a typed failure at once, which names the recorded decision", async () => {
  await using _policy = await rig.start();
  const startedAtMs = performance.now();
  const { recorded, ...answer } = await rig.send({ facts: { attempt: 2 } });
  expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  expect(recorded).toHaveLength(1);
  expect(answer).toMatchObject({
    kind: "reply",
    reply: {
      kind: "failed",
      attempt: 2,
      decisionId: recorded[0]?.decisionId,
      error: { code: "stage-unavailable", details: { stage: "dispatcher" } },
    },
  });
});

test("a route is recorded and ordered with all that a dispatcher needs", async () => {
  await rig.listenAsDispatcher();
  await using _policy = await rig.start();
  const { recorded, ...answer } = await rig.send({ cacheAddress: "127.0.0.1:7" });
  expect(recorded).toMatchObject([
    { decision: { reason: "cheapest-good-enough", action: { plan: ["b/good", "c/dear"] } }, producer: { seq: 1 } },
  ]);
  expect(answer).toMatchObject({
    kind: "order",
    order: {
      decisionId: recorded[0]?.decisionId,
      tenant: "default",
      stream: true,
      plan: [
        { endpoint: "b/good", provider: "b", upstreamModel: "good", price: GOOD.price },
        { endpoint: "c/dear", provider: "c", upstreamModel: "dear", price: DEAR.price },
      ],
      inputTokens: 1_000,
      maxOutputTokens: null,
      store: { address: "127.0.0.1:7", key: FACTS.cache.key, ttlSeconds: 3_600 },
      timing: { classifyUs: 7, lookupUs: 5 },
    },
  });
});

test("an answer is kept nowhere when no cache can keep it", async () => {
  await using _policy = await rig.start();
  expect(await rig.send({ cacheAddress: null, lookup: { status: "off" } })).toMatchObject({ order: { store: null } });
});

test("a bound that the caller did not set is put on the order", async () => {
  await using _policy = await rig.start();
  expect(await rig.send({ facts: { maxOutputTokens: null } })).toMatchObject({ order: { maxOutputTokens: 16_384 } });
});

test("B9 a conversation that Claude signed stays with Claude, and each model's stream may be as long as it can write", async () => {
  await using _policy = await rig.start();
  const facts = { maxOutputTokens: null, stream: true };
  const signedState = [{ wire: "anthropic-messages" as const, kinds: ["signature" as const] }];
  const kept = await rig.send({ facts: { ...facts, signedState } });
  expect(kept.recorded[0]).toMatchObject({
    input: { facts: { signedState } },
    decision: { excluded: [{ rule: "signed-state", count: 1 }], action: { maxOutputSource: "model" } },
  });
  expect(kept).toMatchObject({ order: { plan: [{ endpoint: "c/dear" }], maxOutputTokens: 32_000 } });
  const { order } = (await rig.send({ facts })) as { order?: DispatchOrder };
  expect(order?.plan.map(({ endpoint: id, maxOutputTokens }) => [id, maxOutputTokens])).toEqual([
    ["b/good", 16_384],
    ["c/dear", 32_000],
  ]);
});

test("a refusal goes back to ingress with its decision", async () => {
  await using _policy = await rig.start();
  const { recorded, ...answer } = await rig.send({ facts: { model: "nothing-like-it" } });
  expect(recorded).toMatchObject([{ decision: { reason: "model-not-found" } }]);
  expect(answer).toMatchObject({
    reply: {
      kind: "refused",
      decisionId: recorded[0]?.decisionId,
      error: { code: "model-not-found", details: { param: "model" } },
    },
  });
});

test("a hit is served from the cache that has it", async () => {
  await using _policy = await rig.start();
  const hit = { status: "hit", entryId: ENTRY_ID, endpoint: "b/good", ageSeconds: 1, usage: NO_USAGE } as const;
  const { recorded, ...answer } = await rig.send({ lookup: hit, cacheAddress: "127.0.0.1:7" });
  expect(answer).toMatchObject({
    reply: {
      kind: "cached",
      decisionId: recorded[0]?.decisionId,
      entryId: ENTRY_ID,
      endpoint: "b/good",
      address: "127.0.0.1:7",
    },
  });
});

test("a request whose time is over is answered without a decision", async () => {
  await using _policy = await rig.start();
  expect(await rig.send({ deadlineInMs: -1 })).toMatchObject({
    recorded: [],
    reply: { kind: "failed", decisionId: null, error: { code: "deadline-exceeded" } },
  });
});

test("the requests of one message are all decided, and those beyond the limit refused", async () => {
  await using _policy = await rig.start({ inFlightMax: 30 });
  const answers = await rig.sendAll(Array.from({ length: 40 }, () => ({})));
  const orders = answers.filter(({ kind }) => kind === "order");
  expect(orders).toHaveLength(30);
  expect(new Set(orders.flatMap(({ recorded }) => recorded.map(({ decisionId }) => decisionId))).size).toBe(30);
  expect(answers.filter(({ kind }) => kind === "reply")).toMatchObject(
    Array.from({ length: 10 }, () => ({ recorded: [], reply: { kind: "failed", error: { code: "overloaded" } } })),
  );
});
