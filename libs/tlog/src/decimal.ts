/** Sixteen digits hold every safe integer. */
const DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/;

/**
 * A size or an index as C2SP's formats write it: decimal, without leading zeroes. Null for anything else, and beyond
 * 2^53 - 1.
 */
export function parseDecimal(text: string): number | null {
  const number = DECIMAL.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(number) ? number : null;
}
