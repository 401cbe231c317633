import { catalogue, endpoint, priced } from "@signalbox/decision/fixtures/documents";
import { expect, test } from "vitest";
import { baselineIn, baselineOf } from "./cost-baseline.ts";

const LIST = catalogue([
  { ...endpoint("a/big", { price: priced(3_000_000, 9_000_000) }), family: "big-1" },
  { ...endpoint("b/big", { price: priced(2_000_000, 8_000_000) }), family: "big-1" },
  { ...endpoint("c/other", { price: priced(1_000_000, 1_000_000) }), family: "big-1" },
  endpoint("d/free", { price: null }),
]);

test.each([
  ["a/big", "a/big"],
  ["big", "b/big"],
  ["big-1", "c/other"],
  ["d/free", undefined],
  ["nobody", undefined],
])("the baseline %s is the price of %s", (name, id) => {
  expect(baselineIn(LIST, name)?.id).toBe(id);
});

test("a baseline says by which formula and from which price list it is computed", () => {
  const price = priced(1, 2) ?? [];
  const told = baselineOf({
    model: "big",
    endpoints: [{ catalogue: "sha256:1", endpoint: "b/big", price }],
    tiers: [],
  });
  expect(told.formula).toContain("output × output tokens by the price of big");
  expect(told.formula).toContain(
    "searches of the web, for sound and for other kinds of service is in what the requests cost",
  );
  expect(told.prices).toEqual([{ catalogue: "sha256:1", endpoint: "b/big", tiers: price }]);
});
