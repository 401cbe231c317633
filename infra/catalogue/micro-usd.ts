import { toMillionths } from "./exact-decimal.ts";

/** Above it a price is a mistake: one million USD for a million tokens. */
const MICRO_USD_MAX = 1_000_000_000_000;

/** Converts a price in USD to integer micro-USD, exactly. Throws RangeError for a number that cannot be a price. */
export function microUsd(usd: number | string): number {
  const micro = toMillionths(usd);
  if (micro > MICRO_USD_MAX) throw new RangeError(`${usd} USD per million tokens is out of range`);
  return micro;
}
