/** Credentials of published forms, put together here so that no file holds one. */
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** So many letters and digits without a pattern, other ones for another `seed`. */
export function random(count: number, seed = 0): string {
  let state = seed + 1;
  return Array.from({ length: count }, () => {
    // Park and Miller's generator.
    state = (state * 48_271) % 2_147_483_647;
    return LETTERS[state % LETTERS.length];
  }).join("");
}

export function hex(count: number): string {
  return Array.from({ length: count }, (_, at) => "0123456789abcdef"[(at * 7 + (at >> 2) * 3 + 5) % 16]).join("");
}

export const GITHUB_KEY = `ghp_${random(36)}`;
export const STRIPE_KEY = `sk_live_${random(24, 3)}`;
export const OWN_KEY = `sk-sb-${hex(12)}-${random(43)}`;
export const JWT = `eyJ${random(30)}.eyJ${random(60, 7)}.${random(43, 11)}`;
export const PEM = ["-----BEGIN PRIVATE KEY", `-----\n${random(64)}\n${random(64, 9)}\n-----END PRIVATE KEY-----`].join(
  "",
);
