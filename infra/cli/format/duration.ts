/** Microseconds for a reader: `480 µs`, `12.3 ms`, `4.21 s`. */
export function formatMicros(us: number): string {
  if (us < 1_000) return `${us} µs`;
  if (us < 1_000_000) return `${(us / 1_000).toFixed(1)} ms`;
  return `${(us / 1_000_000).toFixed(2)} s`;
}

/** Microseconds as milliseconds with one digit, for a column whose title says `ms`. */
export function formatMillis(us: number): string {
  return (us / 1_000).toFixed(1);
}
