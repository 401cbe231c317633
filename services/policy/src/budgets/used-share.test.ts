import { expect, test } from "vitest";
import { accountOf } from "./account-lease.ts";
import type { BudgetDefinition } from "./budget-definition.ts";
import { usedShare } from "./used-share.ts";

const BUDGET: BudgetDefinition = {
  id: "b",
  scope: { tenant: null, keyId: null, team: null, project: null, user: null, endUser: null, tag: null },
  eachOf: null,
  atLimit: "pass",
  endpoints: null,
  kind: "budget",
  unit: "pico-usd",
  amount: 1_000n,
  span: "total",
  rollingMs: null,
  timeZone: "UTC",
  retired: false,
};

function held(available: bigint, heldElsewhere: bigint, left: bigint) {
  const account = accountOf({ budget: BUDGET, subject: "", window: { startsMs: 0, endsMs: null }, lease: "l" });
  account.figures = { available, amount: 1_000n, settled: 0n, heldElsewhere, freesAtMs: null };
  return { account, left };
}

test("what lies in leases is not used, wherever they are held", () => {
  expect(usedShare([held(500n, 100n, 200n)])).toBe(200_000);
});

test("the tightest counts, and what is spent beyond the whole is the whole", () => {
  expect(usedShare([held(900n, 0n, 0n), held(-250n, 0n, 50n)])).toBe(1_000_000);
  expect(usedShare([])).toBeNull();
});
