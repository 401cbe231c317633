import type { Catalogue, Endpoint, Price } from "@signalbox/proto";
import type { Kysely } from "kysely";
import type { KeyDatabase } from "../keys/key-database.ts";
import type { Baseline } from "./cost-forms.ts";
import { readCatalogue } from "./cost-prices.ts";

/** The baseline model's price in each price list that has one. */
export type BaselinePrices = {
  readonly model: string;
  readonly endpoints: readonly { readonly catalogue: string; readonly endpoint: string; readonly price: Price }[];
  /** The same as rows for SQL. */
  readonly tiers: readonly object[];
};

export async function readBaseline(
  db: Kysely<KeyDatabase>,
  model: string,
  catalogues: readonly { readonly catalogue: string | null }[],
): Promise<BaselinePrices> {
  const endpoints: BaselinePrices["endpoints"][number][] = [];
  for (const { catalogue } of catalogues) {
    if (catalogue === null) continue;
    const found = baselineIn(await readCatalogue(db, catalogue), model);
    if (found !== null) endpoints.push({ catalogue, endpoint: found.id, price: found.price });
  }
  const tiers = endpoints.flatMap(({ catalogue, price }) =>
    price.map(({ aboveInputTokens: above, input, output, cacheRead, cacheWrite, cacheWriteHour }) => ({
      catalogue,
      above,
      input,
      output,
      cache_read: cacheRead,
      cache_write: cacheWrite,
      cache_write_hour: cacheWriteHour,
    })),
  );
  return { model, endpoints, tiers };
}

export function baselineOf({ model, endpoints }: BaselinePrices): Baseline {
  return {
    model,
    formula:
      `savings = the sum over answered requests of (fresh × input + cached × cacheRead + written × cacheWrite + written for an hour × cacheWriteHour + output × output ` +
      `tokens by the price of ${model}) − what they cost. Prices are those of the price list that each request was decided by; ` +
      "the prompt's tokens choose the tier; a cache price that the list does not name is that of input, that of an hour the one " +
      "of any write. Left out: requests " +
      "without an answer or answered from the cache, those whose cost or tokens nobody knows, and those whose price list has " +
      `no price of ${model}. What was paid for searches of the web, for sound and for other kinds of service is in what the requests cost ` +
      "and not in the baseline, which makes the savings smaller.",
    prices: endpoints.map(({ catalogue, endpoint, price }) => ({ catalogue, endpoint, tiers: price })),
  };
}

type Priced = Endpoint & { readonly price: Price };

/** The priced endpoint of this id; else the cheapest of this name or family, with which the savings are smallest. */
export function baselineIn({ endpoints }: Catalogue, name: string): Priced | null {
  const priced = endpoints.filter((each): each is Priced => each.price !== null);
  const named = priced.find(({ id }) => id === name);
  if (named !== undefined) return named;
  const byModel = priced.filter(({ model }) => model === name);
  const same = byModel.length > 0 ? byModel : priced.filter(({ family }) => family === name);
  return same.toSorted((a, b) => basePrice(a) - basePrice(b) || (a.id < b.id ? -1 : 1))[0] ?? null;
}

function basePrice({ price: [base] }: Priced): number {
  return base === undefined ? 0 : base.input + base.output;
}
