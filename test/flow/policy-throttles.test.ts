import { endpoint, priced } from "@signalbox/decision/fixtures/documents";
import { DEFAULT_POLICY, type PolicyDocument } from "@signalbox/proto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPolicyRig, type PolicyAnswer, type PolicyRig } from "./policy-rig.ts";

const LIMIT = 12;
const RULES: PolicyDocument["rules"] = [
  {
    name: "slowly",
    when: 'model == "auto" && budgetUsed == 0.0',
    final: false,
    effects: { throttle: { by: "key", requestsPerMinute: LIMIT } },
  },
];

let rig: PolicyRig;
let policyPath: string;
const running = new AsyncDisposableStack();
beforeAll(async () => {
  rig = await startPolicyRig([endpoint("a/one", { price: priced(1, 1) })]);
  await rig.listenAsDispatcher();
  policyPath = join(await mkdtemp(join(tmpdir(), "signalbox-throttles-")), "policy.json");
  await writeFile(policyPath, JSON.stringify({ ...DEFAULT_POLICY, rules: RULES }));
  for (let at = 0; at < 2; at += 1) running.use(await rig.start({ policyPath }));
});
afterAll(async () => {
  await running.disposeAsync();
  await rig[Symbol.asyncDispose]();
  await rm(dirname(policyPath), { recursive: true });
});

/** In messages of one request each, so that both instances have some. */
async function ask(count: number, facts: object = {}): Promise<PolicyAnswer[]> {
  return Promise.all(Array.from({ length: count }, () => rig.send({ facts })));
}

test("B10 two instances let through together what the rule says, and the refusals are decisions", async () => {
  const answers = await ask(60);
  expect(answers.filter(({ kind }) => kind === "order")).toHaveLength(LIMIT);
  const instances = new Set(answers.map(({ recorded }) => recorded[0]?.producer.instance));
  expect(instances.size).toBe(2);
  const refused = answers.filter((each) => each.kind === "reply");
  for (const { reply, recorded } of refused) {
    expect(reply).toMatchObject({ kind: "refused", error: { code: "rate-limited" } });
    expect(reply.kind === "refused" && reply.error.details.retryAfterMs).toBeGreaterThan(50_000);
    expect(recorded).toMatchObject([
      {
        input: { throttled: ["slowly"] },
        decision: { reason: "rate-limited", policy: { applied: [{ rule: "slowly" }] } },
      },
    ]);
  }
});

test("each key has an account of its own, and what the rule does not hold for is not counted", async () => {
  expect((await ask(3, { keyId: "another" })).map(({ kind }) => kind)).toEqual(["order", "order", "order"]);
  expect((await ask(3, { model: "a/one" })).map(({ kind }) => kind)).toEqual(["order", "order", "order"]);
});

test("a request that the line tries again counts once", async () => {
  const answers = await ask(3, { attempt: 2 });
  expect(answers.map(({ kind }) => kind)).toEqual(["order", "order", "order"]);
});
