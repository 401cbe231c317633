const PICO_DIGITS = 12;

/**
 * Pico-USD (a decimal string) as an exact amount: `"12345000"` → `$0.000012345`, null → `unpriced`.
 * Digits are moved and never rounded, so the amount shown is the amount recorded.
 */
export function formatPicoUsd(pico: string | null): string {
  if (pico === null) return "unpriced";
  const digits = pico.padStart(PICO_DIGITS + 1, "0");
  const whole = digits.slice(0, -PICO_DIGITS);
  const fraction = digits.slice(-PICO_DIGITS).replace(/0+$/, "");
  return fraction === "" ? `$${whole}` : `$${whole}.${fraction}`;
}

/** Micro-USD (an integer) as an exact amount: `2_500_000` → `$2.5`. */
export function formatMicroUsd(micro: number): string {
  return formatPicoUsd((BigInt(micro) * 1_000_000n).toString());
}
