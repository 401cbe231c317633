const PICO_DIGITS = 12;
const USD = /^([0-9]{1,15})(?:\.([0-9]{1,12}))?$/;

/**
 * A number of dollars as pico-USD, exactly as its decimal digits say. Null for what has more than twelve decimals, is
 * negative, or is too large to be written out.
 */
export function picoUsdOf(usd: number): bigint | null {
  // JavaScript writes a smaller number with an exponent, which the pattern does not read.
  const text = usd < 1e-6 && usd > 0 ? usd.toFixed(PICO_DIGITS).replace(/0+$/, "") : String(usd);
  const parts = USD.exec(text);
  if (parts === null || Number(text) !== usd) return null;
  return BigInt((parts[1] ?? "") + (parts[2] ?? "").padEnd(PICO_DIGITS, "0"));
}

/** Pico-USD as a number of dollars, which is exact to about fifteen digits. */
export function usdOf(pico: bigint): number {
  return Number(decimalUsd(pico));
}

/** Pico-USD as dollars with every digit. */
export function decimalUsd(pico: bigint): string {
  const digits = String(pico < 0n ? -pico : pico).padStart(PICO_DIGITS + 1, "0");
  const fraction = digits.slice(-PICO_DIGITS).replace(/0+$/, "");
  const whole = `${pico < 0n ? "-" : ""}${digits.slice(0, -PICO_DIGITS)}`;
  return fraction === "" ? whole : `${whole}.${fraction}`;
}
