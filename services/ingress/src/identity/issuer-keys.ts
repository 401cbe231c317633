import type { Logger } from "@signalbox/kit";
import { SignalboxError } from "@signalbox/proto";
import { createLocalJWKSet, type CryptoKey, errors, type JWTHeaderParameters, type LocalJWKSet } from "jose";
import { fetchKeys } from "./fetch-keys.ts";
import type { IssuerConfig, JwksConfig } from "./issuer-config.ts";

/** For how long keys are trusted after the last successful reading: a key withdrawn since then is unknown here. */
const TRUSTED_FOR_MS = 24 * 3_600_000;

/** An issuer's signing keys, read again in the background, and at once for a key that is not known yet. */
export class IssuerKeys implements Disposable {
  readonly #issuer: IssuerConfig;
  readonly #config: JwksConfig;
  readonly #log: Logger;
  readonly #onChange: () => void;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> | null = null;
  #triedAtMs = Number.NEGATIVE_INFINITY;
  #readAtMs = Number.NEGATIVE_INFINITY;
  #text = "";
  #keys: LocalJWKSet | null = null;

  /** `onChange` is called when the keys have changed: tokens that were verified have to be verified again. */
  constructor(issuer: IssuerConfig, options: { config: JwksConfig; log: Logger; onChange: () => void }) {
    this.#issuer = issuer;
    this.#config = options.config;
    this.#log = options.log;
    this.#onChange = options.onChange;
    void this.#read();
  }

  /**
   * The key that a token names. Rejects with jose's `JWKSNoMatchingKey` where the issuer does not have it, and with
   * `stage-unavailable` while its keys cannot be read.
   */
  async keyFor(header: JWTHeaderParameters): Promise<CryptoKey> {
    await this.#reading;
    if (!this.#isTrusted) await this.#readUnlessJustTried();
    try {
      return await this.#trusted()(header);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !(await this.#readUnlessJustTried())) throw error;
      return this.#trusted()(header);
    }
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }

  get #isTrusted(): boolean {
    return this.#keys !== null && performance.now() - this.#readAtMs < TRUSTED_FOR_MS;
  }

  #trusted(): LocalJWKSet {
    if (this.#keys !== null && this.#isTrusted) return this.#keys;
    throw new SignalboxError("stage-unavailable", "The keys of the token's issuer cannot be read now.", {
      details: { retryAfterMs: this.#config.cooldownMs },
    });
  }

  /** Reads the keys unless that happened within the cooldown, so that invented keys cause no flood of readings. */
  async #readUnlessJustTried(): Promise<boolean> {
    if (this.#reading === null && performance.now() - this.#triedAtMs < this.#config.cooldownMs) return false;
    await this.#read();
    return true;
  }

  #read(): Promise<void> {
    this.#reading ??= this.#readNow().finally(() => {
      this.#reading = null;
      this.#schedule();
    });
    return this.#reading;
  }

  async #readNow(): Promise<void> {
    this.#triedAtMs = performance.now();
    const { issuer } = this.#issuer;
    try {
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(this.#config.timeoutMs)]);
      const set = await fetchKeys(this.#issuer, signal);
      const text = JSON.stringify(set);
      if (text !== this.#text) {
        this.#keys = createLocalJWKSet(set);
        this.#text = text;
        this.#onChange();
        this.#log.info({ issuer, keys: set.keys.map(({ kid }) => kid ?? null) }, "an issuer's keys were read");
      }
      this.#readAtMs = performance.now();
    } catch (error) {
      if (!this.#stop.signal.aborted) {
        const problem = error instanceof Error ? error.message : "unknown";
        this.#log.warn({ issuer, problem }, "an issuer's keys cannot be read; those that were known stay");
      }
    }
  }

  #schedule(): void {
    if (this.#stop.signal.aborted) return;
    clearTimeout(this.#timer);
    const waitMs = this.#isTrusted ? this.#config.refreshMs : this.#config.cooldownMs;
    this.#timer = setTimeout(() => void this.#read(), waitMs);
    this.#timer.unref();
  }
}
