/** Leaves of a block, as migration 0017 says. */
export const BLOCK_LEAVES = 1_024;

/**
 * Costs are told apart by their number of digits and the first two of them, and more coarsely by the first alone:
 * `cost 1230` and `cost 123` are twelve digits that begin with 30, or with a 3. Both kinds are in the costs' own order.
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

/** Of a cost of one digit the second is taken for a zero. */
function fineRankOf(cost: string): number {
  return cost.length * FINE + Number(cost.slice(0, 2).padEnd(2, "0"));
}
