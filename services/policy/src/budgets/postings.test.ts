import { expect, test } from "vitest";
import { type Booked, Postings } from "./postings.ts";

const BUDGETS: Readonly<Record<string, Booked>> = {
  money: { kind: "budget", unit: "pico-usd", rollingMs: null },
  requests: { kind: "rate", unit: "requests", rollingMs: 60_000 },
  tokens: { kind: "rate", unit: "tokens", rollingMs: 60_000 },
  places: { kind: "concurrency", unit: "requests", rollingMs: null },
};
const BUCKET_MS = 600;

type Row = { decision: string; lease: string; amount: string; atMs: number; ended: boolean; cost: string | null };

/** The new reservations as they are booked. */
function begunOf(postings: Postings): Row[] {
  const [leases, decisions, places, amounts, times, ended, costs] = postings.columns() as [
    string[],
    string[],
    number[],
    string[],
    number[],
    boolean[],
    (string | null)[],
  ];
  return decisions.map((decision, at) => ({
    decision,
    lease: leases[places[at]! - 1]!,
    amount: amounts[at]!,
    atMs: times[at]!,
    ended: ended[at]!,
    cost: costs[at]!,
  }));
}

type Taken = { budget: string; amount: number; cost?: number | null; atMs?: number };

function postingsOf(taken: readonly Taken[]): Postings {
  const postings = new Postings((budget) => BUDGETS[budget]);
  for (const [at, { budget, amount, cost, atMs = 0 }] of taken.entries()) {
    postings.reserve(`d${at}`, { budget, lease: `${budget}-lease`, amount: String(amount) }, atMs);
    if (cost === undefined) continue;
    postings.settle({ decisionId: `d${at}`, budget, cost: cost === null ? null : BigInt(cost), account: null });
  }
  return postings;
}

test("of money each decision keeps its own row, ended or not", () => {
  const rows = begunOf(
    postingsOf([
      { budget: "money", amount: 10, cost: 4 },
      { budget: "money", amount: 10, cost: 5 },
      { budget: "money", amount: 10 },
    ]),
  );
  expect(rows.map(({ decision, cost }) => [decision, cost])).toEqual([
    ["d0", "4"],
    ["d1", "5"],
    ["d2", null],
  ]);
});

test("requests are counted when they are admitted, so all of a bucket are one posting", () => {
  const rows = begunOf(postingsOf([1, 2, 3].map(() => ({ budget: "requests", amount: 1 }))));
  expect(rows).toMatchObject([{ lease: "requests-lease", amount: "3", cost: "3", ended: true }]);
});

test("tokens that are still waited for keep their row; those that are known are summed, what nobody knows as it was reserved", () => {
  const rows = begunOf(
    postingsOf([
      { budget: "tokens", amount: 100, cost: 40 },
      { budget: "tokens", amount: 100, cost: null },
      { budget: "tokens", amount: 100 },
    ]),
  );
  expect(rows).toMatchObject([
    { decision: "d2", amount: "100", ended: false, cost: null },
    { amount: "200", ended: true, cost: "140" },
  ]);
});

test("what came to more than was reserved is not made up for by what others left over", () => {
  const rows = begunOf(
    postingsOf([
      { budget: "tokens", amount: 100, cost: 130 },
      { budget: "tokens", amount: 100, cost: 20 },
    ]),
  );
  expect(rows).toMatchObject([
    { amount: "100", cost: "130" },
    { amount: "100", cost: "20" },
  ]);
});

test("what belongs to different parts of the window is summed apart", () => {
  const rows = begunOf(
    postingsOf([0, BUCKET_MS - 1, BUCKET_MS].map((atMs) => ({ budget: "requests", amount: 1, atMs }))),
  );
  expect(rows.map(({ amount, atMs }) => [amount, atMs])).toEqual([
    ["2", 0],
    ["1", BUCKET_MS],
  ]);
});

test("a place among those at work is left again at no cost", () => {
  const rows = begunOf(postingsOf([1, 2].map(() => ({ budget: "places", amount: 1, cost: 0 }))));
  expect(rows).toMatchObject([{ amount: "2", cost: "0", ended: true }]);
});
