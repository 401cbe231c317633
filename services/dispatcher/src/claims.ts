import { randomUUID } from "node:crypto";
import type { DispatchOrder } from "@signalbox/proto";

/** An order waits this long for its body. */
export const CLAIM_TTL_MS = 15_000;

/** Orders that were claimed and whose body has not come: each is given out once, for the claim that nobody can guess. */
export class Claims {
  readonly #orders = new Map<string, { order: DispatchOrder; expiresAtMs: number }>();

  get size(): number {
    return this.#orders.size;
  }

  add(order: DispatchOrder, nowMs: number): string {
    const claim = randomUUID();
    this.#orders.set(claim, { order, expiresAtMs: nowMs + CLAIM_TTL_MS });
    return claim;
  }

  /** The order, once; undefined for a claim that is unknown, used or expired. */
  take(claim: string, nowMs: number): DispatchOrder | undefined {
    const held = this.#orders.get(claim);
    this.#orders.delete(claim);
    return held !== undefined && held.expiresAtMs > nowMs ? held.order : undefined;
  }

  /** Forgets what has expired. The map is in the order of expiry, so this looks at no more than it removes. */
  expire(nowMs: number): void {
    for (const [claim, { expiresAtMs }] of this.#orders) {
      if (expiresAtMs > nowMs) return;
      this.#orders.delete(claim);
    }
  }

  /** The requests that a body may still come for. */
  requestIds(nowMs: number): string[] {
    this.expire(nowMs);
    return [...this.#orders.values()].map(({ order }) => order.requestId);
  }
}
