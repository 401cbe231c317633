/** The tokens that an answer may have: what is asked for, within the cap; null where neither stands. */
export function cappedTokens(asked: number | null, cap: number | null): number | null {
  return asked === null || cap === null ? (asked ?? cap) : Math.min(asked, cap);
}
