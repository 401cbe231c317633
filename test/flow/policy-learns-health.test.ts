import { endpoint, priced } from "@signalbox/decision/fixtures/documents";
import { uuidv7 } from "@signalbox/kit";
import { HEALTH_SUBJECT, HealthSnapshot, NO_USAGE, ledgerSubject, type Attempt } from "@signalbox/proto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
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

/** Publishes committed outcomes as the ledger does, each with one attempt. */
function publishOutcomes(attempts: readonly Partial<Attempt>[]): void {
  const entries = attempts.map((fields, index) => {
    const event = { atMs: Date.now(), attempts: [{ ...FAILED, ...fields }] };
    return { index, eventId: uuidv7(), type: "outcome", tenant: "default", event };
  });
  rig.operator.publish(ledgerSubject("outcome", "default"), JSON.stringify({ entries }));
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

test("whoever asks is told the snapshot in force", async () => {
  await using _policy = await rig.start({ healthEveryMs: 50 });
  await using stack = new AsyncDisposableStack();
  const ingress = stack.adopt(await rig.nats.connectAs("ingress"), (open) => open.close());
  publishOutcomes([{ endpoint: DEAR.id, result: "completed", firstByteUs: 90_000 }]);
  await vi.waitFor(async () => {
    const answer = (await ingress.request(HEALTH_SUBJECT)).json<{ health: unknown }>();
    const health = HealthSnapshot.parse(answer.health);
    expect(health.endpoints).toMatchObject([{ endpoint: DEAR.id, latencyMs: 90 }]);
  });
});
