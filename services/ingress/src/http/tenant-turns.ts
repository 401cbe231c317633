import { overloaded } from "./overloaded.ts";

/** Of one tenant; whoever asks more at once is told to come back. */
const WAITING_MAX = 16;

type Waiting = { readonly tenant: string; readonly begin: () => void };

/** Work that takes long, a few pieces at once and one of each tenant, in the order in which it was asked for. */
export class TenantTurns {
  readonly #atOnce: number;
  readonly #working = new Set<string>();
  #waiting: Waiting[] = [];

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Does the work when its turn has come. Throws `overloaded` when the tenant has too much waiting. */
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
