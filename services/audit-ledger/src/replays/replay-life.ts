import { repeatWork, type Logger } from "@signalbox/kit";
import type { JobStore } from "./job-store.ts";

const BEAT_EVERY_MS = 2_000;

/** Why a running job is to end before its range does. */
export type EndReason = "cancelled" | "stopped";

/**
 * A running job's life: it is said that it lives, however long a single step takes, and heard when it is to end.
 * Disposing says nothing more.
 */
export class ReplayLife implements AsyncDisposable {
  readonly #stop: AbortSignal;
  readonly #cancel = new AbortController();
  readonly #beating: AsyncDisposable;
  /** Aborts when the job is to end. */
  readonly over: AbortSignal;

  constructor(id: string, options: { readonly store: JobStore; readonly stop: AbortSignal; readonly log: Logger }) {
    const { store, stop, log } = options;
    this.#stop = stop;
    this.over = AbortSignal.any([stop, this.#cancel.signal]);
    this.#beating = repeatWork({
      everyMs: BEAT_EVERY_MS,
      work: async () => this.heed(await store.beat(id)),
      onFailure: (error) => log.warn({ err: error, replay: id }, "a replay could not say that it lives"),
    });
  }

  /** Null: it goes on. */
  get endReason(): EndReason | null {
    if (this.#cancel.signal.aborted) return "cancelled";
    return this.#stop.aborted ? "stopped" : null;
  }

  /** Takes what the store answered to a sign of life. */
  heed(isOver: boolean): void {
    if (isOver) this.#cancel.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#beating[Symbol.asyncDispose]();
  }
}
