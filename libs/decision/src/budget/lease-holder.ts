import type { Lease } from "./escrow-account.ts";

/** What a request takes of one budget, and from which lease. */
export type ReservedPart = { readonly budget: string; readonly lease: string; readonly amount: bigint };

/** What a replica gives back of a lease. */
export type UnusedPart = { readonly budget: string; readonly lease: string; readonly unused: bigint };

type Held = { readonly id: string; left: bigint; untilMs: number };

/** The leases of one replica, by budget: all that a decision needs to know of budgets, in memory. */
export class LeaseHolder {
  readonly #leases = new Map<string, Held>();

  /** Adds what was granted to the lease of the same id, or holds it as the budget's lease from now on. */
  add(budget: string, { id, amount, untilMs }: Lease): UnusedPart | null {
    const held = this.#leases.get(budget);
    if (held?.id === id) {
      held.left += amount;
      held.untilMs = Math.max(held.untilMs, untilMs);
      return null;
    }
    this.#leases.set(budget, { id, left: amount, untilMs });
    return held === undefined ? null : { budget, lease: held.id, unused: held.left };
  }

  /** The lease that is held of a budget now; null when there is none that still holds. */
  lease(budget: string, nowMs: number): Readonly<Held> | null {
    const lease = this.#leases.get(budget);
    return lease === undefined || lease.untilMs <= nowMs ? null : lease;
  }

  /** What can be reserved of a budget now. */
  left(budget: string, nowMs: number): bigint {
    return this.lease(budget, nowMs)?.left ?? 0n;
  }

  /** Of all budgets or of none. It belongs into the turn of the event loop in which `left` was read. */
  reserve(amounts: ReadonlyMap<string, bigint>, nowMs: number): ReservedPart[] | null {
    for (const [budget, amount] of amounts) if (this.left(budget, nowMs) < amount) return null;
    return [...amounts].flatMap(([budget, amount]) => {
      const lease = this.#leases.get(budget);
      if (lease === undefined) return [];
      lease.left -= amount;
      return [{ budget, lease: lease.id, amount }];
    });
  }

  /** The decision was not recorded, so nothing will be asked for it. */
  undo(parts: readonly ReservedPart[]): void {
    for (const { budget, lease, amount } of parts) {
      const held = this.#leases.get(budget);
      // A lease that was exchanged meanwhile has been given back without this part, which its expiry frees.
      if (held?.id === lease) held.left += amount;
    }
  }

  /** Takes what is unused out of a lease, which stays open for what is still to come back to it. */
  drain(budget: string): UnusedPart | null {
    const held = this.#leases.get(budget);
    if (held === undefined || held.left <= 0n) return null;
    const unused = held.left;
    held.left = 0n;
    return { budget, lease: held.id, unused };
  }

  /** Forgets a lease that has ended. */
  drop(budget: string, lease: string): void {
    if (this.#leases.get(budget)?.id === lease) this.#leases.delete(budget);
  }

  /** Forgets a budget that is not used any more; what is left of its lease is freed when that expires. */
  forget(budget: string): void {
    this.#leases.delete(budget);
  }

  /** Gives all up, at an orderly end. */
  close(): UnusedPart[] {
    const unused = [...this.#leases].map(([budget, { id, left }]) => ({ budget, lease: id, unused: left }));
    this.#leases.clear();
    return unused;
  }
}
