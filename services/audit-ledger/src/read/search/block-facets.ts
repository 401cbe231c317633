/** Leaves of a block, as migration 0017 says. */
export const BLOCK_LEAVES = 1_024;

/**
 * A cost's fine facet is its number of digits and the first two of them, its coarse one that number and the first
 * digit: `cost 1230` are twelve digits that begin with 30, `cost 123` twelve that begin with 3. As numbers, the facets
 * of each kind are in the order of the costs.
 */
const FINE = 100;
const COARSE = 10;
const DIGITS_MAX = 31;

/** The fewest facets that hold all costs between two, both included; pico-USD as decimal text, null for no bound. */
export function costFacets(min: string | null, max: string | null): string[] {
  const first = fineRankOf(min ?? "0");
  const last = max === null ? DIGITS_MAX * FINE + (FINE - 1) : fineRankOf(max);
  const facets: string[] = [];
  for (let rank = first; rank <= last;) {
    const isWhole = rank % COARSE === 0 && rank + COARSE - 1 <= last;
    facets.push(isWhole ? `cost ${rank / COARSE}` : `cost ${rank}`);
    rank += isWhole ? COARSE : 1;
  }
  return facets;
}

/** A cost of one digit counts as if a zero followed. */
function fineRankOf(cost: string): number {
  return cost.length * FINE + Number(cost.slice(0, 2).padEnd(2, "0"));
}
