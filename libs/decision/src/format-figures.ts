const PICO_DIGITS = 12;
/** Decimals of a dollar amount that are always shown. */
const CENT_DIGITS = 2;

/** `1234567` as `1,234,567`, whatever the machine's locale. */
export function formatCount(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** Millionths as a share with two decimals: `410000` as `0.41`. */
export function formatMicro(micro: number): string {
  const hundredths = Math.round(micro / 10_000);
  return `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, "0")}`;
}

/** Microseconds as milliseconds: `213` as `0.21 ms`. */
export function formatMs(us: number): string {
  return `${(us / 1_000).toFixed(2)} ms`;
}

/** Pico-USD as dollars with no digit lost: `1500000000` as `$0.0015`. */
export function formatUsd(picoUsd: string): string {
  const digits = picoUsd.padStart(PICO_DIGITS + 1, "0");
  const whole = digits.slice(0, -PICO_DIGITS);
  const decimals = digits.slice(-PICO_DIGITS).replace(/0+$/, "").padEnd(CENT_DIGITS, "0");
  return `$${whole}.${decimals}`;
}
