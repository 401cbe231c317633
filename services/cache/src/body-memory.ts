/** Counted for each body beside its bytes, so that very many small ones are bounded too. */
const OVERHEAD_BYTES = 256;

type Held = { readonly tenant: string; readonly body: Buffer; readonly expiresAtMs: number };

/** Bodies of answers by entry id: at most `maxBytes` in all, the least recently read are dropped first. */
export class BodyMemory {
  readonly #maxBytes: number;
  /** In the order of use, the least recent first. */
  readonly #held = new Map<string, Held>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(tenant: string, entryId: string): Buffer | undefined {
    const held = this.#held.get(entryId);
    if (held === undefined || held.tenant !== tenant) return undefined;
    this.#held.delete(entryId);
    this.#held.set(entryId, held);
    return held.body;
  }

  put(entryId: string, answer: { tenant: string; body: Uint8Array; expiresAtMs: number }): void {
    this.remove(entryId);
    if (answer.body.length + OVERHEAD_BYTES > this.#maxBytes) return;
    // A copy, because a small Buffer is a view of a larger allocation, which would stay in memory uncounted.
    const body = Buffer.allocUnsafeSlow(answer.body.length);
    body.set(answer.body);
    this.#held.set(entryId, { tenant: answer.tenant, body, expiresAtMs: answer.expiresAtMs });
    this.#bytes += body.length + OVERHEAD_BYTES;
    for (const leastRecent of this.#held.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.remove(leastRecent);
    }
  }

  remove(entryId: string): void {
    const held = this.#held.get(entryId);
    if (held === undefined) return;
    this.#held.delete(entryId);
    this.#bytes -= held.body.length + OVERHEAD_BYTES;
  }

  /** The ids of the entries whose bodies it holds. */
  get ids(): string[] {
    return [...this.#held.keys()];
  }

  removeExpired(nowMs: number): void {
    for (const [entryId, held] of this.#held) if (held.expiresAtMs <= nowMs) this.remove(entryId);
  }
}
