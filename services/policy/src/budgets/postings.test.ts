import { expect, test } from "vitest";
import { type Booked, Postings } from "./postings.ts";

const BUDGETS: Readonly<Record<string, Booked>> = {
  money: { kind: "budget", unit: "pico-usd", span: "month", rollingMs: null },
  rolling: { kind: "budget", unit: "pico-usd", span: "rolling", rollingMs: 60_000 },
  requests: { kind: "rate", unit: "requests", span: "rolling", rollingMs: 60_000 },
  tokens: { kind: "rate", unit: "tokens", span: "rolling", rollingMs: 60_000 },
  places: { kind: "concurrency", unit: "requests", span: "total", rollingMs: null },
};
const BUCKET_MS = 600;

type Row = { decision: string; lease: string; amount: string; ended: boolean; cost: string | null };
type Sum = { lease: string; amount: string; cost: string; atMs: number; count: number; decisions: string[] };

/** What is booked of new reservations: one by one, and in sums. */
function bookedOf(postings: Postings): { rows: Row[]; sums: Sum[] } {
  const columns = postings.columns();
  const [leases = [], decisions = [], , amounts = [], , ended = [], costs = []] = columns;
  const [sumLeases = [], sumAmounts = [], sumCosts = [], times = [], counts = [], firsts = [], named = []] =
    columns.slice(12);
  const leaseAt = (place: unknown): string => leases[(place as number) - 1] as string;
  const rows = decisions.map((decision, at) => {
    return { decision, lease: leaseAt(columns[2]![at]), amount: amounts[at], ended: ended[at], cost: costs[at] } as Row;
  });
  const sums = sumLeases.map((place, at) => {
    const [first, count] = [firsts[at] as number, counts[at] as number];
    const of = first === 0 ? [] : named.slice(first - 1, first - 1 + count);
    const [amount, cost, atMs] = [sumAmounts[at], sumCosts[at], times[at]];
    return { lease: leaseAt(place), amount, cost, atMs, count, decisions: of } as Sum;
  });
  return { rows, sums };
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

test("of money what has ended is summed, with the names of its decisions", () => {
  const { rows, sums } = bookedOf(
    postingsOf([
      { budget: "money", amount: 10, cost: 4 },
      { budget: "money", amount: 10, cost: 13 },
      { budget: "money", amount: 10, cost: 5 },
    ]),
  );
  expect(rows).toEqual([]);
  expect(sums).toMatchObject([
    { lease: "money-lease", amount: "20", cost: "9", count: 2, decisions: ["d0", "d2"] },
    { lease: "money-lease", amount: "10", cost: "13", count: 1, decisions: ["d1"] },
  ]);
});

test("of money a decision keeps its own row that is waited for, that nobody saw the end of, or that rolls off", () => {
  const { rows, sums } = bookedOf(
    postingsOf([
      { budget: "money", amount: 10 },
      { budget: "money", amount: 10, cost: null },
      { budget: "rolling", amount: 10, cost: 4 },
    ]),
  );
  expect(sums).toEqual([]);
  expect(rows).toMatchObject([
    { decision: "d0", lease: "money-lease", ended: false, cost: null },
    { decision: "d1", lease: "money-lease", ended: true, cost: null },
    { decision: "d2", lease: "rolling-lease", ended: true, cost: "4" },
  ]);
});

test("requests are counted when they are admitted, so all of a bucket are one posting", () => {
  const { sums } = bookedOf(postingsOf([1, 2, 3].map(() => ({ budget: "requests", amount: 1 }))));
  expect(sums).toMatchObject([{ lease: "requests-lease", amount: "3", cost: "3", decisions: [] }]);
});

test("tokens that are still waited for keep their row; those that are known are summed, what nobody knows as it was reserved", () => {
  const { rows, sums } = bookedOf(
    postingsOf([
      { budget: "tokens", amount: 100, cost: 40 },
      { budget: "tokens", amount: 100, cost: null },
      { budget: "tokens", amount: 100 },
    ]),
  );
  expect(rows).toMatchObject([{ decision: "d2", amount: "100", ended: false, cost: null }]);
  expect(sums).toMatchObject([{ amount: "200", cost: "140" }]);
});

test("what came to more than was reserved is not made up for by what others left over", () => {
  const { sums } = bookedOf(
    postingsOf([
      { budget: "tokens", amount: 100, cost: 130 },
      { budget: "tokens", amount: 100, cost: 20 },
    ]),
  );
  expect(sums).toMatchObject([
    { amount: "100", cost: "130" },
    { amount: "100", cost: "20" },
  ]);
});

test("what belongs to different parts of the window is summed apart", () => {
  const { sums } = bookedOf(
    postingsOf([0, BUCKET_MS - 1, BUCKET_MS].map((atMs) => ({ budget: "requests", amount: 1, atMs }))),
  );
  expect(sums.map(({ amount, atMs }) => [amount, atMs])).toEqual([
    ["2", 0],
    ["1", BUCKET_MS],
  ]);
});

test("a place among those at work is left again at no cost", () => {
  const { sums } = bookedOf(postingsOf([1, 2].map(() => ({ budget: "places", amount: 1, cost: 0 }))));
  expect(sums).toMatchObject([{ amount: "2", cost: "0" }]);
});
