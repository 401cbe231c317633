import type { Account } from "./account-lease.ts";

const MICRO = 1_000_000n;

/** Millionths of the tightest budget that are spent or reserved, as far as this instance knows; null when it knows of none. */
export function usedShare(held: readonly { readonly account: Account; readonly left: bigint }[]): number | null {
  let most: bigint | null = null;
  for (const { account, left } of held) {
    const { figures, budget } = account;
    if (figures === null || budget.kind !== "budget") continue;
    const unspent = figures.available + figures.heldElsewhere + left;
    const used = figures.amount === 0n ? MICRO : MICRO - (unspent * MICRO) / figures.amount;
    const share = used < 0n ? 0n : used > MICRO ? MICRO : used;
    if (most === null || share > most) most = share;
  }
  return most === null ? null : Number(most);
}
