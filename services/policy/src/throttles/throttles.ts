import type { TakePart } from "./throttle-store.ts";

const MINUTE_MS = 60_000;
/** So long a part may be used after it was asked for; what is left of it then is given back. */
const PART_LIFE_MS = 1_000;
/** What was given counts until no minute can hold a use of it any more, so that no minute holds more than the limit. */
const COUNTS_MS = MINUTE_MS + PART_LIFE_MS;
/** Parts of a limit: small where little is asked, and never so small that a busy account is asked for all the time. */
const PARTS_MAX = 240;
const PARTS_MIN = 30;
/** What could not be had is not asked for again at once. */
const REFUSED_FOR_MS = 100;
const ACCOUNTS_MAX = 10_000;

type Account = {
  left: number;
  /** The name of the part. */
  partAt: number;
  untilMs: number;
  wanted: number;
  refusedUntilMs: number;
  freesAtMs: number;
  asking: Promise<void> | null;
};

/** `refused`: until when nothing is free, as far as is known. */
export type Taken = { readonly kind: "taken" } | { readonly kind: "refused"; readonly freesInMs: number };

const TAKEN: Taken = { kind: "taken" };

/**
 * What throttles let through, by account. Parts of a minute's limit come from the database, which all instances share, and are
 * used up in memory.
 */
export class Throttles {
  readonly #take: TakePart;
  readonly #nowMs: () => number;
  readonly #accounts = new Map<string, Account>();

  /** `nowMs`: a monotonic clock. */
  constructor({ take, nowMs }: { take: TakePart; nowMs: () => number }) {
    this.#take = take;
    this.#nowMs = nowMs;
  }

  /** Lets one request through, or not. At once where this is known in memory. Rejects when the database gives no answer. */
  take(id: string, limit: number): Taken | Promise<Taken> {
    const account = this.#accountOf(id, limit);
    return this.#takeNow(account) ?? this.#takeLater(id, account, limit);
  }

  #takeNow(account: Account): Taken | null {
    const nowMs = this.#nowMs();
    if (account.left > 0 && nowMs < account.untilMs) {
      account.left -= 1;
      return TAKEN;
    }
    if (nowMs >= account.refusedUntilMs) return null;
    return { kind: "refused", freesInMs: Math.max(1, Math.ceil(account.freesAtMs - nowMs)) };
  }

  /** All who wait share the question; who comes too late for its answer asks the next one. */
  async #takeLater(id: string, account: Account, limit: number): Promise<Taken> {
    for (;;) {
      account.asking ??= this.#ask(id, account, limit).finally(() => {
        account.asking = null;
      });
      await account.asking;
      const taken = this.#takeNow(account);
      if (taken !== null) return taken;
    }
  }

  async #ask(account: string, state: Account, limit: number): Promise<void> {
    const startedMs = this.#nowMs();
    const returned = { at: state.partAt, count: state.left };
    state.left = 0;
    const [least, most] = [Math.ceil(limit / PARTS_MAX), Math.ceil(limit / PARTS_MIN)];
    // A part that was used up in its time was too small; one that was not was too large.
    state.wanted = Math.min(
      most,
      Math.max(least, returned.count > 0 ? Math.floor(state.wanted / 2) : state.wanted * 2),
    );
    const part = await this.#take({ account, limit, wanted: state.wanted, returned, countsMs: COUNTS_MS });
    state.partAt = part.at;
    state.left = part.count;
    state.untilMs = startedMs + PART_LIFE_MS;
    if (part.count > 0) return;
    const nowMs = this.#nowMs();
    state.freesAtMs = nowMs + part.freesInMs;
    state.refusedUntilMs = nowMs + Math.min(part.freesInMs, REFUSED_FOR_MS);
  }

  #accountOf(id: string, limit: number): Account {
    const known = this.#accounts.get(id);
    if (known !== undefined) return known;
    if (this.#accounts.size >= ACCOUNTS_MAX) this.#forget();
    const wanted = Math.ceil(limit / PARTS_MAX);
    const fresh = { left: 0, partAt: 0, untilMs: 0, wanted, refusedUntilMs: 0, freesAtMs: 0, asking: null };
    this.#accounts.set(id, fresh);
    return fresh;
  }

  /** Of those that nobody uses now; what they hold is lost, a second's worth at the most. */
  #forget(): void {
    const nowMs = this.#nowMs();
    for (const [id, { untilMs, asking }] of this.#accounts) {
      if (asking === null && untilMs <= nowMs) this.#accounts.delete(id);
    }
  }
}
