import { afterAll, beforeAll, expect, test } from "vitest";
import { answering, INPUT_PRICE, OUTPUT_PRICE, startBudgetRig, type BudgetRig } from "./budget-rig.ts";

/*
 * Goal: money budgets hold over several policy processes. Requests come all at once, half of them streamed; afterwards
 * the counters are what the register's outcomes add up to.
 */

const LEASE_MS = 3_000;

let rig: BudgetRig;
beforeAll(async () => {
  rig = await startBudgetRig({ leaseMs: LEASE_MS, expireEveryMs: 200, recordedWithinMs: 1_000, pollMs: 50 });
  await rig.addPolicy();
});
afterAll(() => rig[Symbol.asyncDispose]());

let made = 0;

/**
 * A budget of money of all requests whose tag is its id, which begins with `name` and is another one when the test is
 * tried again; it holds once every policy has read it.
 */
async function makeBudget(name: string, amount: bigint, more: Record<string, unknown> = {}): Promise<string> {
  const id = `${name}-${(made += 1)}`;
  const row = { id, tag: id, kind: "budget", unit: "pico-usd", amount: String(amount), span: "total", ...more };
  const columns = Object.keys(row);
  await rig.owner.query(
    `insert into budget (${columns.join(", ")}, created_by) values (${columns.map((_, at) => `$${at + 1}`).join(", ")}, 'test')`,
    Object.values(row),
  );
  await new Promise((resolve) => setTimeout(resolve, 200));
  return id;
}

type Ended = { status: number; code: string | null; retryAfter: string | null };

async function ask(tag: string, body: object): Promise<Ended> {
  const response = await rig.chat(body, { headers: { "x-signalbox-tags": tag } });
  const text = await response.text();
  const code = response.status === 200 ? null : (JSON.parse(text) as { error: { code: string } }).error.code;
  return { status: response.status, code, retryAfter: response.headers.get("retry-after") };
}

const costOf = (output: number): bigint => 5n * INPUT_PRICE + BigInt(output) * OUTPUT_PRICE;

test("B1 two hundred requests at once on two policies never cost more than the budget, and nothing stays reserved", async () => {
  rig.upstream.always(answering({ waitMs: 20 }));
  // Each is estimated a little above what it costs, because the prompt's tokens are.
  const budget = await makeBudget("at-once", 100n * costOf(100));
  const before = await rig.leafCosts();
  const endings = await Promise.all(
    Array.from({ length: 200 }, (_, at) => ask(budget, { max_tokens: 100, stream: at % 2 === 0 })),
  );
  const served = endings.filter(({ status }) => status === 200);
  const refused = endings.filter(({ status }) => status !== 200);
  expect(new Set(refused.map(({ status, code }) => `${status} ${code}`))).toEqual(new Set(["429 insufficient_quota"]));
  const account = await rig.settledAccount(budget);
  expect(account.outstanding).toBe(0n);
  expect(account.escrow).toBe(0n);
  expect(account.excess).toBe(0n);
  expect(account.settled).toBeLessThanOrEqual(account.amount);
  expect(account.settled).toBe(BigInt(served.length) * costOf(100));
  expect((await rig.leafCosts()) - before).toBe(account.settled);
  // What is refused is what the budget does not hold, but for the worst case that is reserved of the last ones.
  expect(served.length).toBeGreaterThanOrEqual(90);
});

test("B1 a missing bound is capped to what is left, which stands on the record", async () => {
  rig.upstream.always(answering());
  const budget = await makeBudget("capped", costOf(500));
  const response = await rig.chat({}, { headers: { "x-signalbox-tags": budget } });
  expect(response.status).toBe(200);
  const sent = rig.upstream.received.at(-1)?.body;
  expect(Number(sent?.["max_completion_tokens"] ?? sent?.["max_tokens"])).toBeLessThanOrEqual(500);
  const account = await rig.settledAccount(budget);
  expect(account.settled).toBeLessThanOrEqual(account.amount);
  // It is in the register, because it is booked.
  const record = await rig.line.api(`/v1/decisions/${response.headers.get("x-signalbox-decision-id")}`);
  const { decision } = (await record.json()) as { decision: { decision: { action: object } } };
  expect(decision.decision.action).toMatchObject({ maxOutputSource: "budget" });
  expect(account.excess).toBe(0n);
  expect(await ask(budget, {})).toMatchObject({ status: 429, code: "insufficient_quota" });
});

test("what a provider reports beyond its bound is settled as reported, and flagged", async () => {
  rig.upstream.always(answering({ tokens: 900 }));
  const budget = await makeBudget("beyond", 4n * costOf(100));
  expect(await ask(budget, { max_tokens: 100 })).toMatchObject({ status: 200 });
  const account = await rig.settledAccount(budget);
  expect(account.settled).toBe(costOf(900));
  expect(account.excess).toBeGreaterThan(0n);
  expect(account.settled).toBeLessThanOrEqual(account.amount + account.excess);
});

test("a request that fails gives back what it had reserved", async () => {
  rig.upstream.always({
    status: 400,
    headers: { "content-type": "application/json" },
    steps: [{ send: '{"error":{"message":"No."}}' }],
  });
  const budget = await makeBudget("failing", 2n * costOf(100));
  for (let time = 0; time < 4; time += 1) expect((await ask(budget, { max_tokens: 100 })).status).toBe(400);
  expect(await rig.settledAccount(budget)).toMatchObject({ settled: 0n, outstanding: 0n, escrow: 0n });
});

test("what a request was given stays its own while another of its budgets makes it wait", async () => {
  rig.upstream.always(answering());
  const tag = await makeBudget("given", 10n * costOf(100));
  const waitedFor = [await makeBudget("waited-for", 10n * costOf(100), { tag })];
  await rig.owner.query("insert into budget_account (budget, starts_ms, subject) values ($1, 0, '')", waitedFor);
  const held = await rig.owner.connect();
  await held.query("begin");
  await held.query("select from budget_account where budget = $1 for update", waitedFor);
  const ended = ask(tag, { max_tokens: 100 });
  // Longer than the pause between two looks for leases that nobody uses.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  await held.query("rollback");
  held.release();
  expect(await ended).toMatchObject({ status: 200 });
});

test("a refusal by a budget of a day says when the day ends", async () => {
  const budget = await makeBudget("daily", 1n, { span: "day", time_zone: "Asia/Tokyo" });
  const { status, retryAfter } = await ask(budget, { max_tokens: 100 });
  expect(status).toBe(429);
  const midnightMs = Math.ceil((Date.now() + 9 * 3_600_000) / 86_400_000) * 86_400_000 - 9 * 3_600_000;
  expect(Math.abs(Number(retryAfter) * 1_000 - (midnightMs - Date.now()))).toBeLessThan(3_000);
});

test("B1 what a killed policy held comes back once its leases have ended", async () => {
  rig.upstream.always(answering({ waitMs: 10 }));
  const budget = await makeBudget("killed", 50n * costOf(100));
  const victim = await rig.addPolicy();
  const asked = Array.from({ length: 30 }, (_, at) => {
    if (at === 15) victim.kill("SIGKILL");
    return ask(budget, { max_tokens: 100, stream: at % 3 === 0 });
  });
  const endings = await Promise.all(asked);
  const account = await rig.settledAccount(budget);
  expect(account).toMatchObject({ outstanding: 0n, escrow: 0n, excess: 0n });
  expect(account.settled).toBeLessThanOrEqual(account.amount);
  expect(account.settled).toBe(BigInt(endings.filter(({ status }) => status === 200).length) * costOf(100));
});

test("B10 tokens are charged to the model that served, not to the one that failed before it", async () => {
  const whole = answering();
  rig.upstream.always((request) =>
    request.body["model"] === "dear"
      ? whole(request)
      : {
          status: 500,
          headers: { "content-type": "application/json" },
          steps: [{ send: '{"error":{"message":"No."}}' }],
        },
  );
  const tag = `served-${made}`;
  const rate = { kind: "rate", unit: "tokens", span: "rolling", rolling_ms: 60_000, tag };
  const one = await makeBudget("served-one", 10_000n, { ...rate, model: "one" });
  const dear = await makeBudget("served-dear", 10_000n, { ...rate, model: "dear" });
  expect(await ask(tag, { model: "auto", max_tokens: 100, stream: true })).toMatchObject({ status: 200 });
  await expect.poll(async () => (await rig.account(dear)).settled, { timeout: 10_000 }).toBe(105n);
  expect(await rig.account(one)).toMatchObject({ settled: 0n, outstanding: 0n });
});

test("B10 a stream's tokens belong to the window in which it was admitted, however long it takes", async () => {
  const [windowMs, takesMs] = [2_500, 1_800];
  const budget = await makeBudget("admitted", 220n, {
    kind: "rate",
    unit: "tokens",
    span: "rolling",
    rolling_ms: windowMs,
  });
  rig.upstream.always(answering({ waitMs: takesMs }));
  const startedMs = Date.now();
  expect(await ask(budget, { max_tokens: 100, stream: true })).toMatchObject({ status: 200 });
  await expect.poll(async () => (await rig.account(budget)).settled, { timeout: 10_000 }).toBe(105n);
  rig.upstream.always(answering());
  await new Promise((resolve) => setTimeout(resolve, startedMs + windowMs + 200 - Date.now()));
  // Both fit into the window only without the tokens that came within it.
  const two = await Promise.all([ask(budget, { max_tokens: 100 }), ask(budget, { max_tokens: 100 })]);
  expect(two).toMatchObject([{ status: 200 }, { status: 200 }]);
});

type Reconciled = { agrees: boolean; data: { budget: string }[] };

async function reconciled(): Promise<Reconciled> {
  return (await (await rig.line.api("/admin/v1/reconciliation")).json()) as Reconciled;
}

test("B1 accounts, entries and the register's outcomes say the same, to the pico-dollar", async () => {
  await expect.poll(reconciled, { timeout: 10_000 }).toMatchObject({ agrees: true });
  const { data } = await reconciled();
  const names = new Set(data.map(({ budget }) => budget.replace(/-\d+$/, "")));
  expect([...names]).toEqual(["at-once", "beyond", "capped", "daily", "failing", "given", "killed", "waited-for"]);
});

test("every decision of the run replays to the same bytes", async () => {
  const replayed = await rig.line.replayAll();
  expect(replayed.length).toBeGreaterThan(200);
  expect(replayed.filter(({ identical }) => !identical)).toEqual([]);
});
