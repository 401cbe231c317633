import type { CacheEntry } from "./cache-entry.ts";

/**
 * The answers that this process knows of, by tenant and key: at most `entriesMax`; the least recently found are forgotten
 * first. A request's lookup reads nothing else.
 */
export class EntryIndex {
  readonly #entriesMax: number;
  /** In the order of use, the least recent first. */
  readonly #byName = new Map<string, CacheEntry>();
  readonly #nameById = new Map<string, string>();

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  get size(): number {
    return this.#byName.size;
  }

  /** The tenant's answer under this key, unless it has expired. */
  find(tenant: string, key: string, nowMs: number): CacheEntry | undefined {
    const name = nameOf(tenant, key);
    const entry = this.#byName.get(name);
    if (entry === undefined || entry.expiresAtMs <= nowMs) return undefined;
    this.#byName.delete(name);
    this.#byName.set(name, entry);
    return entry;
  }

  /** Adds an entry, which replaces an older one of the same key and never a newer one. */
  put(entry: CacheEntry): void {
    const name = nameOf(entry.tenant, entry.key);
    const known = this.#byName.get(name);
    if (known !== undefined && isNewer(known, entry)) return;
    this.#forget(name);
    this.#byName.set(name, entry);
    this.#nameById.set(entry.entryId, name);
    for (const leastRecent of this.#byName.keys()) {
      if (this.#byName.size <= this.#entriesMax) break;
      this.#forget(leastRecent);
    }
  }

  /** Forgets an entry; with a tenant only where it is that tenant's. */
  remove(entryId: string, tenant?: string): void {
    const name = this.#nameById.get(entryId);
    if (name === undefined) return;
    if (tenant === undefined || this.#byName.get(name)?.tenant === tenant) this.#forget(name);
  }

  removeExpired(nowMs: number): void {
    for (const [name, entry] of this.#byName) if (entry.expiresAtMs <= nowMs) this.#forget(name);
  }

  #forget(name: string): void {
    const entry = this.#byName.get(name);
    if (entry === undefined) return;
    this.#byName.delete(name);
    this.#nameById.delete(entry.entryId);
  }
}

/** Neither part can hold a slash, so no two tenants share a name. */
function nameOf(tenant: string, key: string): string {
  return `${tenant}/${key}`;
}

/** All instances and Postgres agree on which of two answers stays; the id breaks a tie of the clock. */
function isNewer(a: CacheEntry, b: CacheEntry): boolean {
  return a.createdAtMs === b.createdAtMs ? a.entryId > b.entryId : a.createdAtMs > b.createdAtMs;
}
