import { afterAll, beforeAll, expect, test } from "vitest";
import { answering, startBudgetRig, type BudgetRig } from "../flow/budget-rig.ts";

/*
 * Goal: of a request whose dispatcher dies nobody knows what it cost, so all that was reserved for it stays charged, as an
 * estimate that costs and the reconciliation tell.
 */

let rig: BudgetRig;
beforeAll(async () => {
  rig = await startBudgetRig();
}, 120_000);
afterAll(() => rig[Symbol.asyncDispose]());

const PARTS = 3;
/** Prompts are estimated, so what is reserved is a little above what 100 tokens of answer cost. */
const ANSWER_COST = 400_000_000n;

type Costs = { total: { unpriced: number; abandoned: number; abandonedEstimatePicoUsd: string } };

test("B1 what a request cost that nobody saw the end of is taken for what was reserved for it", async () => {
  rig.upstream.always(answering({ waitMs: 20_000 }));
  const made = await rig.line.api("/admin/v1/budgets", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "lost", scope: {}, limit: { usd: 1 }, window: "total" }),
  });
  expect(made.status).toBe(201);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  // Each has begun: a request that has not is tried again by another dispatcher.
  const begun = await Promise.all(Array.from({ length: PARTS }, () => rig.chat({ max_tokens: 100, stream: true })));
  process.kill(rig.line.pids()["dispatcher"] as number, "SIGKILL");
  await Promise.all(begun.map((response) => response.text().catch(() => "")));
  const costs = async (): Promise<Costs> => (await (await rig.line.api("/admin/v1/costs?by=result")).json()) as Costs;
  await expect.poll(async () => (await costs()).total.abandoned, { timeout: 120_000 }).toBe(PARTS);
  const { total } = await costs();
  expect(total.unpriced).toBe(PARTS);
  expect(BigInt(total.abandonedEstimatePicoUsd)).toBeGreaterThanOrEqual(BigInt(PARTS) * ANSWER_COST);
  await expect.poll(async () => (await rig.account("lost")).outstanding, { timeout: 20_000 }).toBe(0n);
  const account = await rig.account("lost");
  expect(account.settled).toBe(BigInt(total.abandonedEstimatePicoUsd));
  const { agrees, data } = (await (await rig.line.api("/admin/v1/reconciliation")).json()) as Reconciled;
  expect(agrees).toBe(true);
  expect(data).toMatchObject([{ budget: "lost", leaves: "0", abandoned: String(account.settled) }]);
});

type Reconciled = { agrees: boolean; data: object[] };
