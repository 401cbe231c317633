import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { endpoint, priced } from "@signalbox/decision/fixtures/documents";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPolicyRig, type PolicyAnswer, type PolicyRig } from "./policy-rig.ts";

/*
 * Goal: a limit is the same limit whatever the number of policy instances. The requests go to all of them at once, half
 * of them streamed, and at no moment more are admitted than the limit allows.
 */

const ONE = endpoint("a/one", { price: priced(1_000, 1_000) });
const LIMIT = 100;
const POLL_MS = 20;

let rig: PolicyRig;
let owner: Client;
beforeAll(async () => {
  rig = await startPolicyRig([ONE]);
  await rig.listenAsDispatcher();
  owner = new Client({ connectionString: rig.db.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await rig[Symbol.asyncDispose]();
});

let made = 0;

/** A limit of all requests with a tag, which is given back: another one when the test is tried again. */
async function makeLimit(name: string, row: Record<string, string | number>): Promise<string> {
  const tag = `${name}-${(made += 1)}`;
  const columns = { id: idOf(tag), tag, ...row };
  const names = Object.keys(columns);
  await owner.query(
    `insert into budget (${names.join(", ")}, created_by) values (${names.map((_, at) => `$${at + 1}`).join(", ")}, 'test')`,
    Object.values(columns),
  );
  await new Promise((resolve) => setTimeout(resolve, 10 * POLL_MS));
  return tag;
}

/** As a tenant's budget is called. */
function idOf(tag: string): string {
  return `acme/${tag}`;
}

async function startPolicies(count: number, policy?: object): Promise<AsyncDisposableStack> {
  const stack = new AsyncDisposableStack();
  const file = policy === undefined ? null : join(rig.dir, "policy.json");
  if (file !== null) await writeFile(file, JSON.stringify(policy));
  for (let at = 0; at < count; at += 1) {
    stack.use(await rig.start({ budgets: { pollMs: POLL_MS }, policyPath: file }));
  }
  return stack;
}

function codeOf(answer: PolicyAnswer): string {
  if (answer.kind === "order") return "admitted";
  return answer.reply.kind === "refused" ? answer.reply.error.code : answer.reply.kind;
}

/** One message for each few requests, so that all instances get some. */
async function sendMany(count: number, tag: string, facts: object = {}): Promise<PolicyAnswer[]> {
  const batches = Array.from({ length: count / 5 }, () =>
    rig.sendAll(
      Array.from({ length: 5 }, (_, at) => ({
        facts: { stream: at % 2 === 0, maxOutputTokens: 100, ...facts },
        caller: { tags: [tag] },
        deadlineInMs: 10_000,
      })),
    ),
  );
  return (await Promise.all(batches)).flat();
}

test.each([1, 2, 4])("B10 %i instances admit as many requests a minute as the limit says", async (replicas) => {
  const tag = await makeLimit(`rpm-${replicas}`, {
    kind: "rate",
    unit: "requests",
    amount: LIMIT,
    span: "rolling",
    rolling_ms: 60_000,
  });
  await using _policies = await startPolicies(replicas);
  const answers = await sendMany(200, tag);
  const later = await sendMany(50, tag);
  const admitted = [...answers, ...later].filter((answer) => codeOf(answer) === "admitted");
  expect(admitted.length).toBeLessThanOrEqual(LIMIT);
  const late = [...answers, ...later].filter((answer) => codeOf(answer) === "failed");
  expect(admitted.length + late.length).toBeGreaterThanOrEqual(LIMIT * 0.98);
  const refused = [...answers, ...later].filter((answer) => codeOf(answer) === "rate-limited");
  expect(refused.length).toBe(250 - admitted.length - late.length);
  const last = later.at(-1);
  const reply = last?.kind === "reply" && last.reply.kind === "refused" ? last.reply : null;
  expect(reply?.rates).toMatchObject([{ unit: "requests", limit: LIMIT, remaining: 0, resetMs: 60_000 }]);
  expect(reply?.error.details.retryAfterMs).toBeGreaterThan(0);
});

test.each([1, 2, 4])("B10 %i instances admit as many tokens a minute as the limit says", async (replicas) => {
  // Each request has 1,000 tokens of prompt and may have 100 of answer.
  const tag = await makeLimit(`tpm-${replicas}`, {
    kind: "rate",
    unit: "tokens",
    amount: 110_000,
    span: "rolling",
    rolling_ms: 60_000,
  });
  await using _policies = await startPolicies(replicas);
  const answers = await sendMany(200, tag);
  const admitted = answers.filter((answer) => codeOf(answer) === "admitted");
  expect(admitted.length).toBeLessThanOrEqual(LIMIT);
  expect(admitted.length).toBeGreaterThanOrEqual(LIMIT * 0.98);
});

test.each([1, 2, 4])("B10 %i instances let as many requests work at once as the limit says", async (replicas) => {
  const tag = await makeLimit(`at-once-${replicas}`, {
    kind: "concurrency",
    unit: "requests",
    amount: 7,
    span: "total",
  });
  await using _policies = await startPolicies(replicas);
  const answers = await sendMany(40, tag);
  expect(answers.filter((answer) => codeOf(answer) === "admitted")).toHaveLength(7);
  // On a machine that is busy with something else the database may be late, which is a 503.
  expect(answers.filter((answer) => ["rate-limited", "failed"].includes(codeOf(answer)))).toHaveLength(33);
});

function ofUser(user: string | null): object {
  return { labels: { user, metadata: null, tags: [] } };
}

function admittedOf(answers: readonly PolicyAnswer[]): number {
  return answers.filter((each) => codeOf(each) === "admitted").length;
}

test("B1 each end user has an account of its own, from its first requests on, over two instances", async () => {
  const rate = { kind: "rate", unit: "requests", amount: 5, span: "rolling", rolling_ms: 60_000 };
  const tag = await makeLimit("each", { ...rate, each_of: "end-user" });
  await using _policies = await startPolicies(2);
  const users = ["a", "b"].map((letter) => `hmac-sha256:${letter.repeat(64)}`);
  const answers = await Promise.all([...users, null].map((user) => sendMany(20, tag, ofUser(user))));
  expect(answers.map(admittedOf)).toEqual([5, 5, 20]);
  const { rows } = await owner.query("select subject from budget_account where budget = $1 order by 1", [idOf(tag)]);
  expect(rows.map(({ subject }) => subject)).toEqual(users);
});

test("a budget that lets requests through refuses none, and says to the policy's rules that it is spent", async () => {
  const tag = await makeLimit("passing", {
    kind: "budget",
    unit: "tokens",
    amount: 3_000,
    span: "day",
    at_limit: "pass",
  });
  const rule = { name: "spent", when: "budgetUsed >= 1.0", final: false, effects: { maxOutputTokens: 7 } };
  await using _policies = await startPolicies(1, { rules: [rule] });
  const bounds: unknown[] = [];
  for (let at = 0; at < 6; at += 1) {
    const answer = await rig.send({ caller: { tags: [tag] }, facts: { maxOutputTokens: 100 } });
    const action = answer.recorded[0]?.decision.action;
    bounds.push(action?.kind === "route" ? action.maxOutputTokens : action?.kind);
  }
  expect(bounds.slice(0, 2)).toEqual([100, 100]);
  expect(bounds.slice(4)).toEqual([7, 7]);
});

test("an unknown key's requests are charged to what was made with it, from the first one on", async () => {
  await using _policies = await startPolicies(2);
  const keyId = `abcdefabcd${String((made += 1)).padStart(2, "0")}`;
  await owner.query("insert into tenant (id, digest_key) values ('fresh', sha256('x')) on conflict do nothing");
  // One statement to the database, and so one transaction.
  await owner.query(
    `insert into virtual_key (id, tenant, name, role, hash, models, team)
       values ('${keyId}', 'fresh', 'k', 'member', sha256('${keyId}'), '{b/*}', 'red');
     insert into budget (id, key_id, kind, unit, amount, span, created_by)
       values ('key-${keyId}', '${keyId}', 'budget', 'pico-usd', 1, 'month', 'test')`,
  );
  const answer = await rig.send({ facts: { tenant: "fresh", keyId, model: "auto" } });
  expect(codeOf(answer)).toBe("policy-refused");
  expect(answer.recorded[0]).toMatchObject({
    input: { keyScope: { models: ["b/*"] }, budgets: [{ budget: `key-${keyId}` }] },
    decision: { excluded: [{ rule: "key:models" }] },
  });
});
