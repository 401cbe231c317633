const DRAW_MICRO = 1_000_000;

/**
 * A number from [0, 1,000,000) that a text decides: FNV-1a over its code units, finished as in MurmurHash3. The same
 * request draws the same number at every try, and independently for each salt.
 */
export function seededDraw(seed: string, salt: string): number {
  let hash = 0x811c9dc5;
  for (const text of [salt, "\n", seed]) {
    for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  const uniform = (hash ^ (hash >>> 16)) >>> 0;
  // Exact: the product stays below 2^53.
  return Math.floor((uniform * DRAW_MICRO) / 2 ** 32);
}
