import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answering, INPUT_PRICE, OUTPUT_PRICE, startBudgetRig, type BudgetRig } from "../flow/budget-rig.ts";

/*
 * Goal: a budget holds whatever dies. Two thousand requests run over four policy processes, which are killed one after the
 * other. At no moment is more settled than the budget allows, and in the end nothing stays reserved and the counters are
 * what the register's leaves add up to.
 */

const REQUESTS = 2_000;
const CONCURRENCY = 32;
const POLICIES = 4;
const KILL_EVERY = 300;
const LEASE_MS = 4_000;
const OUTPUT = 40;

let rig: BudgetRig;
beforeAll(async () => {
  rig = await startBudgetRig({ leaseMs: LEASE_MS, expireEveryMs: 500, recordedWithinMs: 2_000 });
}, 120_000);
afterAll(() => rig[Symbol.asyncDispose]());

const COST = 5n * INPUT_PRICE + BigInt(OUTPUT) * OUTPUT_PRICE;

async function makeBudget(
  name: string,
  limit: object,
  { tag, window }: { tag: string; window: string },
): Promise<void> {
  const response = await rig.line.api("/admin/v1/budgets", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name, scope: { tag }, limit, window }),
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

/** Looks at the account all the time, until it is told to stop; resolves with how often. */
async function watch(budget: string, stop: AbortSignal): Promise<number> {
  let looks = 0;
  for (; !stop.aborted; looks += 1) {
    const { amount, settled, excess } = await rig.account(budget);
    if (settled > amount + excess) throw new Error(`${settled} of ${amount} is settled, ${excess} in excess`);
    await sleep(20);
  }
  return looks;
}

test("B1 two thousand requests over four policies that are killed never overspend, and leave nothing reserved", async () => {
  rig.upstream.always(answering({ waitMs: 5 }));
  const policies: ChildProcess[] = [];
  const starting: Promise<void>[] = [];
  for (let at = 1; at < POLICIES; at += 1) policies.push(await rig.addPolicy());
  // Enough for some three quarters of the requests.
  await makeBudget("fault", { usd: Number(COST * 1_500n) / 1e12 }, { tag: "fault", window: "total" });
  // Books sums where the other one books decision by decision.
  await makeBudget("fault-in-sums", { usd: 1_000 }, { tag: "fault", window: "month" });
  const before = await rig.leafCosts();
  const stop = new AbortController();
  const watching = watch("fault", stop.signal);
  const statuses: number[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < REQUESTS) {
      const at = next++;
      if (at % KILL_EVERY === KILL_EVERY - 1) {
        policies.shift()?.kill("SIGKILL");
        starting.push(rig.addPolicy().then((policy) => void policies.push(policy)));
      }
      statuses[at] = await ask("fault", at);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  await Promise.all(starting);
  stop.abort();
  expect(await watching).toBeGreaterThan(20);
  const account = await rig.settledAccount("fault");
  expect(account).toMatchObject({ outstanding: 0n, escrow: 0n, excess: 0n });
  expect(account.settled).toBeLessThanOrEqual(account.amount);
  expect(account.settled).toBe((await rig.leafCosts()) - before);
  const summed = await rig.settledAccount("fault-in-sums");
  expect(summed).toMatchObject({ settled: account.settled, outstanding: 0n, escrow: 0n, excess: 0n });
  const reconciled = async (): Promise<unknown> => (await rig.line.api("/admin/v1/reconciliation")).json();
  await expect.poll(reconciled, { timeout: 30_000 }).toMatchObject({ agrees: true });
  expect(BigInt(statuses.filter((status) => status === 200).length) * COST).toBeLessThanOrEqual(account.settled);
  // What is refused is refused by the budget; a request that a policy died with is tried again by another.
  expect([...new Set(statuses)].filter((status) => ![200, 429, 503, 504].includes(status))).toEqual([]);
  // No false refusal but for what the leases of the dead held until they ended.
  expect(account.settled).toBeGreaterThan((account.amount * 8n) / 10n);
});
