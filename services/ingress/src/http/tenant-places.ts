import { overloaded } from "./overloaded.ts";

/** How much of something may go on at once: of one tenant's at most half of it, so that it keeps no others out. */
export class TenantPlaces {
  readonly #max: number;
  readonly #what: string;
  readonly #byTenant = new Map<string, number>();
  #taken = 0;

  /** `what`, as an error says that there are too many of it. */
  constructor(max: number, what: string) {
    this.#max = max;
    this.#what = what;
  }

  /** Takes a place until the returned function is called. Throws `overloaded` when there is none. */
  take(tenant: string): () => void {
    const own = this.#byTenant.get(tenant) ?? 0;
    if (this.#taken >= this.#max || own >= this.#max / 2) throw overloaded(`Too many ${this.#what}.`);
    this.#taken += 1;
    this.#byTenant.set(tenant, own + 1);
    return () => {
      this.#taken -= 1;
      const left = (this.#byTenant.get(tenant) ?? 0) - 1;
      if (left > 0) this.#byTenant.set(tenant, left);
      else this.#byTenant.delete(tenant);
    };
  }

  /** Does some work in a place. */
  async within<Result>(tenant: string, work: () => Promise<Result>): Promise<Result> {
    const leave = this.take(tenant);
    try {
      return await work();
    } finally {
      leave();
    }
  }
}
