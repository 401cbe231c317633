import { overloaded } from "./overloaded.ts";

/** How many pieces of one tenant's work may wait. */
const WAITING_MAX = 16;

type Waiting = { readonly tenant: string; readonly begin: () => void };

/** Runs slow work in the order in which it comes, a few pieces at once and at most one of each tenant. */
export class TenantTurns {
  readonly #atOnce: number;
  readonly #working = new Set<string>();
  #waiting: Waiting[] = [];

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Runs `work` when its turn has come. Rejects with `overloaded` when the tenant has too much waiting. */
  async run<Result>(tenant: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#waiting.filter((each) => each.tenant === tenant).length >= WAITING_MAX) throw overloaded();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ tenant, begin: resolve });
    this.#begin();
    await promise;
    try {
      return await work();
    } finally {
      this.#working.delete(tenant);
      this.#begin();
    }
  }

  #begin(): void {
    this.#waiting = this.#waiting.filter(({ tenant, begin }) => {
      if (this.#working.size >= this.#atOnce || this.#working.has(tenant)) return true;
      this.#working.add(tenant);
      begin();
      return false;
    });
  }
}
