import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answering, INPUT_PRICE, OUTPUT_PRICE, startBudgetRig, type BudgetRig } from "../flow/budget-rig.ts";

/*
 * Goal: the database is not on the way of a request. While it is away for a minute, requests go on within what is leased,
 * with the leases that everybody has, those that need more are refused with a clear error, and afterwards everything is
 * booked.
 */

const OUTAGE_MS = 60_000;
const OUTPUT = 40;

let rig: BudgetRig;
beforeAll(async () => {
  rig = await startBudgetRig({ expireEveryMs: 500, recordedWithinMs: 2_000 });
  await rig.addPolicy();
}, 120_000);
afterAll(() => rig[Symbol.asyncDispose]());

const COST = 5n * INPUT_PRICE + BigInt(OUTPUT) * OUTPUT_PRICE;

async function makeBudget(name: string, limit: object, window?: string): Promise<void> {
  const response = await rig.line.api("/admin/v1/budgets", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name, scope: { tag: name }, limit, window }),
  });
  expect(response.status).toBe(201);
  await sleep(600);
}

async function ask(tag: string, at: number): Promise<number> {
  try {
    const options = { headers: { "x-signalbox-tags": tag } };
    const response = await rig.chat({ max_tokens: OUTPUT, stream: at % 2 === 0 }, options);
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}

async function holders(budget: string): Promise<number> {
  const { rows } = await rig.owner.query<{ n: string }>(
    `select count(distinct instance) as n from budget_lease l join budget_account a on a.id = l.account
     where a.budget = $1 and not l.ended`,
    [budget],
  );
  return Number(rows[0]?.n);
}

type Outage = { sent: number; answered: number[]; unleased: number };

/** Asks all the time while the database is away, of a budget that is leased, and once of one that is not. */
async function askThrough(budget: string, outage: () => Promise<Disposable>): Promise<Outage> {
  await makeBudget(budget, { usd: Number(COST * 8_000n) / 1e12 }, "total");
  await makeBudget(`${budget}-unleased`, { usd: 1 }, "total");
  let sent = 0;
  for (; (await holders(budget)) < 2; sent += 1) expect(await ask(budget, sent)).toBe(200);
  const answered: number[] = [];
  using _away = await outage();
  const untilMs = Date.now() + OUTAGE_MS;
  while (Date.now() < untilMs) {
    await sleep(50);
    answered.push(await ask(budget, answered.length));
  }
  return { sent, answered, unleased: await ask(`${budget}-unleased`, 0) };
}

/** The database stands still: connections stay open, and nothing answers. */
async function stopped(): Promise<Disposable> {
  const postgres = rig.line.servers()["postgres"] as number;
  // Sessions are processes of their own, each the leader of its group.
  const { rows } = await rig.owner.query<{ pid: number }>("select pid from pg_stat_activity where pid is not null");
  const all = [postgres, ...rows.map(({ pid }) => pid)];
  for (const pid of all) process.kill(pid, "SIGSTOP");
  return { [Symbol.dispose]: () => void all.map((pid) => process.kill(pid, "SIGCONT")) };
}

/** The database is killed, and killed again whenever it is brought back. */
function killed(): Promise<Disposable> {
  let last = 0;
  const killing = setInterval(() => {
    const pid = rig.line.servers()["postgres"] ?? last;
    if (pid === last) return;
    last = pid;
    // Its own way to end at once: a killed one would leave its sessions and shared memory behind.
    process.kill(pid, "SIGQUIT");
  }, 50);
  return Promise.resolve({ [Symbol.dispose]: () => clearInterval(killing) });
}

test.each([
  ["still", "stands still", stopped],
  ["dead", "is dead", killed],
] as const)(
  "a budget %s: while the database %s for a minute, leased requests go on, and all reconciles",
  async (...each) => {
    const [budget, , outage] = each;
    rig.upstream.always(answering());
    const { sent, answered, unleased } = await askThrough(budget, outage);
    expect(unleased).toBe(503);
    expect(answered.length).toBeGreaterThan(100);
    expect(new Set(answered)).toEqual(new Set([200]));
    await expect.poll(() => ask(`${budget}-unleased`, 1), { timeout: 60_000 }).toBe(200);
    const settled = async (): Promise<bigint> => (await rig.account(budget)).settled;
    await expect.poll(settled, { timeout: 60_000 }).toBe(BigInt(sent + answered.length) * COST);
    expect(await rig.account(budget)).toMatchObject({ outstanding: 0n, excess: 0n });
    const reconciled = async (): Promise<unknown> => (await rig.line.api("/admin/v1/reconciliation")).json();
    await expect.poll(reconciled, { timeout: 30_000 }).toMatchObject({ agrees: true });
  },
);
