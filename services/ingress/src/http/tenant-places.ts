import { overloaded } from "./overloaded.ts";

/** Bounds how much of something goes on at once. One tenant takes at most half of it, so that it cannot keep others out. */
export class TenantPlaces {
  readonly #max: number;
  readonly #what: string;
  readonly #byTenant = new Map<string, number>();
  #taken = 0;

  /** `what` completes the error's sentence "Too many …". */
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

  /** Runs `work` in a place. Rejects with `overloaded` when there is none. */
  async within<Result>(tenant: string, work: () => Promise<Result>): Promise<Result> {
    const leave = this.take(tenant);
    try {
      return await work();
    } finally {
      leave();
    }
  }
}
