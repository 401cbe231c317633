import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answering, INPUT_PRICE, OUTPUT_PRICE, startBudgetRig, type BudgetRig } from "../flow/budget-rig.ts";

/*
 * Goal: the database is not on the way of a request. While it stands still, requests go on within what is leased, those
 * that need more are refused with a clear error, and afterwards everything is booked.
 */

const LEASE_MS = 60_000;
const OUTAGE_MS = 20_000;
const OUTPUT = 40;

let rig: BudgetRig;
beforeAll(async () => {
  rig = await startBudgetRig({ leaseMs: LEASE_MS, expireEveryMs: 500, recordedWithinMs: 2_000 });
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

async function holders(): Promise<number> {
  const { rows } = await rig.owner.query<{ n: string }>(
    `select count(distinct instance) as n from budget_lease l join budget_account a on a.id = l.account
     where a.budget = 'outage' and not l.ended`,
  );
  return Number(rows[0]?.n);
}

test("while the database stands still, requests go on within what is leased, and all reconciles afterwards", async () => {
  rig.upstream.always(answering());
  await makeBudget("outage", { usd: Number(COST * 4_000n) / 1e12 }, "total");
  await makeBudget("unleased", { usd: 1 }, "total");
  let sent = 0;
  for (; (await holders()) < 2; sent += 1) expect(await ask("outage", sent)).toBe(200);
  const postgres = rig.line.servers()["postgres"] as number;
  // Sessions are processes of their own, each the leader of its group.
  const { rows } = await rig.owner.query<{ pid: number }>("select pid from pg_stat_activity where pid is not null");
  const all = [postgres, ...rows.map(({ pid }) => pid)];
  for (const pid of all) process.kill(pid, "SIGSTOP");
  const answered: number[] = [];
  try {
    const untilMs = Date.now() + OUTAGE_MS;
    while (Date.now() < untilMs) {
      await sleep(50);
      answered.push(await ask("outage", answered.length));
    }
    expect(await ask("unleased", 0)).toBe(503);
  } finally {
    for (const pid of all) process.kill(pid, "SIGCONT");
  }
  expect(answered.length).toBeGreaterThan(50);
  expect(new Set(answered)).toEqual(new Set([200]));
  await expect.poll(() => ask("unleased", 1), { timeout: 30_000 }).toBe(200);
  const settled = async (): Promise<bigint> => (await rig.account("outage")).settled;
  await expect.poll(settled, { timeout: 30_000 }).toBe(BigInt(sent + answered.length) * COST);
  expect(await rig.account("outage")).toMatchObject({ outstanding: 0n, excess: 0n });
});
