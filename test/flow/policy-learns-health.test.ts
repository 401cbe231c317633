import { setTimeout as sleep } from "node:timers/promises";
import { endpoint, priced } from "@signalbox/decision/fixtures/documents";
import { asNatsOperator } from "@signalbox/infra/cli/nats-operator.ts";
import { uuidv7 } from "@signalbox/kit";
import { HEALTH_SUBJECT, HealthSnapshot, LEDGER_STREAM, NO_USAGE, ledgerSubject, type Attempt } from "@signalbox/proto";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { startPolicyRig, type PolicyRig } from "./policy-rig.ts";

const CHEAP = endpoint("a/cheap", { price: priced(1_000, 1_000) });
const DEAR = endpoint("b/dear", { price: priced(2_000, 2_000) });
/** A snapshot is put in force at most so often. */
const CONVERGED_WITHIN_MS = 1_500;

let rig: PolicyRig;
beforeAll(async () => {
  rig = await startPolicyRig([CHEAP, DEAR]);
  await rig.listenAsDispatcher();
});
afterAll(() => rig[Symbol.asyncDispose]());
/** Each story begins with an empty register. */
beforeEach(async () => {
  await (await rig.operator.jetstreamManager()).streams.purge(LEDGER_STREAM.name);
});

const FAILED: Attempt = {
  endpoint: CHEAP.id,
  result: "failed",
  error: null,
  httpStatus: null,
  retryAfterMs: null,
  startedUs: 0,
  firstByteUs: null,
  totalUs: 1,
  usage: NO_USAGE,
  costPicoUsd: null,
};

let index = 0;

/** Publishes committed outcomes as the ledger does, each with one attempt. */
function publishOutcomes(attempts: readonly Partial<Attempt>[]): void {
  const entries = attempts.map((fields) => {
    const event = { atMs: Date.now(), attempts: [{ ...FAILED, ...fields }] };
    index += 1;
    return { index, eventId: uuidv7(), type: "outcome", tenant: "default", event };
  });
  rig.operator.publish(ledgerSubject("outcome", "default"), JSON.stringify({ entries }));
}

async function healthInForce(): Promise<HealthSnapshot["endpoints"]> {
  const answer = await asNatsOperator(rig.nats.operatorUrl, (operator) => operator.request(HEALTH_SUBJECT));
  return HealthSnapshot.parse(answer.json<{ health: unknown }>().health).endpoints;
}

async function firstOfPlan(): Promise<string | undefined> {
  const answer = await rig.send();
  return answer.kind === "order" ? answer.order.plan[0]?.endpoint : undefined;
}

test("B11 endpoints that fail are left out within a bound, and the last snapshot says why", async () => {
  await using _policy = await rig.start();
  expect(await firstOfPlan()).toBe(CHEAP.id);
  publishOutcomes(Array.from({ length: 5 }, () => ({ error: "upstream-error", httpStatus: 500 })));
  await vi.waitFor(async () => expect(await firstOfPlan()).toBe(DEAR.id), { timeout: CONVERGED_WITHIN_MS });
  const { recorded } = await rig.send();
  expect(recorded[0]?.decision.excluded).toEqual([{ rule: "health:circuit-open", count: 1, endpoints: "0" }]);
});

test("B11 what clients did wrong leaves an endpoint in place", async () => {
  await using _policy = await rig.start({ healthEveryMs: 50 });
  publishOutcomes(Array.from({ length: 20 }, () => ({ error: "upstream-invalid-request", httpStatus: 400 })));
  publishOutcomes([{ endpoint: DEAR.id, result: "completed", firstByteUs: 412_345 }]);
  await vi.waitFor(async () => {
    const { recorded } = await rig.send();
    expect(recorded[0]?.decision.ranked).toMatchObject([
      { endpoint: CHEAP.id, latencyMs: null },
      { endpoint: DEAR.id, latencyMs: 410 },
    ]);
  });
});

test("B11 with every circuit open the caller gets a typed 503, the time to wait and a decision record", async () => {
  await using _policy = await rig.start({ healthEveryMs: 50 });
  publishOutcomes([
    { endpoint: CHEAP.id, error: "upstream-rate-limited", httpStatus: 429, retryAfterMs: 30_000 },
    { endpoint: DEAR.id, error: "upstream-auth", httpStatus: 401 },
  ]);
  const answer = await vi.waitFor(async () => {
    const refused = await rig.send();
    expect(refused).toMatchObject({ reply: { kind: "refused", error: { code: "none-healthy" } } });
    return refused;
  });
  expect(answer.recorded).toMatchObject([{ decision: { reason: "none-healthy", eligible: 0 } }]);
  const details = answer.kind === "reply" && answer.reply.kind === "refused" ? answer.reply.error.details : {};
  expect(details.retryAfterMs).toBeGreaterThan(25_000);
  expect(details.retryAfterMs).toBeLessThanOrEqual(30_000);
});

test("figures that drift make few snapshots, since each is kept for ever; a circuit that opens waits for none of them", async () => {
  await using _policy = await rig.start({ healthEveryMs: 50 });
  const snapshots = new Set<string>();
  // Each look is longer than `healthEveryMs`, and all together are shorter than thirty times it.
  for (let at = 0; at < 15; at += 1) {
    publishOutcomes([{ endpoint: DEAR.id, result: "completed", firstByteUs: at % 2 === 0 ? 90_000 : 4_000_000 }]);
    await sleep(60);
    const { recorded } = await rig.send();
    snapshots.add(recorded[0]!.input.documents.health);
  }
  // Nothing known, the first figure, and at the most one more where the machine was slow.
  expect(snapshots.size).toBeLessThanOrEqual(3);
  publishOutcomes(Array.from({ length: 5 }, () => ({ error: "upstream-error", httpStatus: 500 })));
  await vi.waitFor(async () => expect(await firstOfPlan()).toBe(DEAR.id), { timeout: 1_000, interval: 20 });
});

test("whoever asks is told the snapshot in force", async () => {
  await using _policy = await rig.start({ healthEveryMs: 50 });
  publishOutcomes([{ endpoint: DEAR.id, result: "completed", firstByteUs: 90_000 }]);
  await vi.waitFor(async () => {
    expect(await healthInForce()).toMatchObject([{ endpoint: DEAR.id, latencyMs: 90 }]);
  });
});

describe("a policy that starts", () => {
  test("B11 knows from its first decision on what failed before it", async () => {
    publishOutcomes(Array.from({ length: 5 }, () => ({ error: "upstream-error", httpStatus: 500 })));
    await rig.operator.flush();
    await using _policy = await rig.start();
    const { recorded } = await rig.send();
    expect(recorded[0]?.decision.excluded).toEqual([{ rule: "health:circuit-open", count: 1, endpoints: "0" }]);
  });

  test("reads more than one batch, each outcome once, and goes on with what comes", async () => {
    for (let message = 0; message < 150; message += 1) {
      publishOutcomes([{ endpoint: DEAR.id, result: "completed", firstByteUs: 90_000 }]);
    }
    publishOutcomes(Array.from({ length: 4 }, () => ({ error: "upstream-error", httpStatus: 500 })));
    await rig.operator.flush();
    await using _policy = await rig.start({ healthEveryMs: 50 });
    expect(await firstOfPlan()).toBe(CHEAP.id);
    expect(await healthInForce()).toMatchObject([
      { endpoint: CHEAP.id, failuresInRow: 4, openUntilMs: 0 },
      { endpoint: DEAR.id, latencyMs: 90, samples: 100 },
    ]);
    publishOutcomes([{ error: "upstream-error", httpStatus: 500 }]);
    await vi.waitFor(async () => expect(await firstOfPlan()).toBe(DEAR.id));
  });

  test("leaves the time that a provider named as it was named, not counted anew", async () => {
    const atMs = Date.now() - 20_000;
    const event = {
      atMs,
      attempts: [{ ...FAILED, error: "upstream-rate-limited", httpStatus: 429, retryAfterMs: 60_000 }],
    };
    const entries = [{ index: (index += 1), eventId: uuidv7(), type: "outcome", tenant: "default", event }];
    rig.operator.publish(ledgerSubject("outcome", "default"), JSON.stringify({ entries }));
    await rig.operator.flush();
    await using _policy = await rig.start();
    expect(await healthInForce()).toMatchObject([{ endpoint: CHEAP.id, openUntilMs: atMs + 60_000 }]);
  });

  test("serves although the register cannot be read", async () => {
    const manager = await rig.operator.jetstreamManager();
    const { config } = await manager.streams.info(LEDGER_STREAM.name);
    await manager.streams.delete(LEDGER_STREAM.name);
    try {
      await using _policy = await rig.start();
      expect(await firstOfPlan()).toBe(CHEAP.id);
    } finally {
      await manager.streams.add(config);
    }
  });
});
