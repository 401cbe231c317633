import { expect, test } from "vitest";
import { costFacets } from "./block-facets.ts";

/** What a block with a decision at this cost has, as the description of blocks says it. */
function described(cost: bigint): string[] {
  const text = String(cost);
  const first = text.slice(0, 1);
  return [`cost ${text.length}${first}`, `cost ${text.length}${text.slice(0, 2).padEnd(2, "0")}`];
}

test("the facets of a range hold every cost in it", () => {
  const costs = [0n, 1n, 9n, 10n, 17n, 99n, 100n, 990n, 1_000n, 123_456n, 10n ** 12n - 1n, 10n ** 12n, 10n ** 30n];
  const missed = costs.flatMap((min, at) => {
    return [...costs.slice(at), null].flatMap((max) => {
      const facets = new Set(costFacets(String(min), max === null ? null : String(max)));
      const inside = costs.filter((cost) => cost >= min && (max === null || cost <= max));
      return inside.filter((cost) => !described(cost).some((facet) => facets.has(facet)));
    });
  });
  expect(missed).toEqual([]);
});

test("a narrow range has few facets, and none of costs that are far from it", () => {
  expect(costFacets("990000000000", "999999999999")).toEqual(["cost 1299"]);
  expect(costFacets("200", "399")).toEqual(["cost 32", "cost 33"]);
  expect(costFacets("17", "17")).toEqual(["cost 217"]);
  expect(costFacets(null, null).length).toBeLessThan(320);
});
