import { AsyncLocalStorage } from "node:async_hooks";
import type { Rng } from "./rng.ts";

/** A process of the simulation: it may stand still for a while, and end at any moment. */
export type SimulatedProcess = { readonly name: string; isDead: boolean; frozenUntilMs: number };

type Due = {
  readonly id: number;
  atMs: number;
  /** Draws the order of what is due at one time. */
  readonly lot: number;
  /** Null: the world's own, which nothing stops. */
  readonly owner: SimulatedProcess | null;
  readonly everyMs: number | null;
  readonly run: () => void;
};

const REAL = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  now: performance.now.bind(performance),
};

/** Lets everything run that waits for no timer. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Time that passes only as far as something is due. While it is installed, the process's timers and its clock are this
 * one's; what a process of the simulation has waiting is dropped when it dies, and put off while it is frozen.
 */
export class VirtualTime {
  readonly #rng: Rng;
  readonly #context = new AsyncLocalStorage<SimulatedProcess | null>();
  #due: Due[] = [];
  #nextId = 1;
  #nowMs = 0;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  install(): Disposable {
    // Whoever stands outside of the simulation, as the test's runner does, keeps the real ones.
    const isOutside = (): boolean => this.#context.getStore() === undefined;
    const set = (run: () => void, ms = 0): unknown => {
      return isOutside() ? REAL.setTimeout(run, ms) : this.#add(run, { inMs: ms, everyMs: null });
    };
    const repeat = (run: () => void, ms = 0): unknown => {
      return isOutside() ? REAL.setInterval(run, ms) : this.#add(run, { inMs: ms, everyMs: Math.max(1, ms) });
    };
    const clear = (id: unknown): void => {
      if (typeof id === "number") this.#due = this.#due.filter((due) => due.id !== id);
      else REAL.clearTimeout(id as NodeJS.Timeout);
    };
    Object.assign(globalThis, { setTimeout: set, setInterval: repeat, clearTimeout: clear, clearInterval: clear });
    performance.now = () => this.#nowMs;
    return {
      [Symbol.dispose]() {
        const { now, ...timers } = REAL;
        Object.assign(globalThis, timers);
        performance.now = now;
      },
    };
  }

  /** Everything that this work starts belongs to the process. */
  within<T>(owner: SimulatedProcess | null, work: () => T): T {
    return this.#context.run(owner, work);
  }

  /** The world does something later; `owner` is whoever it happens to. */
  later(inMs: number, run: () => void, owner: SimulatedProcess | null = null): void {
    this.within(owner, () => this.#add(run, { inMs, everyMs: null }));
  }

  /** Resolves later, for the process that waits; never when that process dies before. */
  delay(inMs: number, owner: SimulatedProcess | null): Promise<void> {
    return new Promise((resolve) => {
      this.later(inMs, resolve, owner);
    });
  }

  forget(owner: SimulatedProcess): void {
    this.#due = this.#due.filter((due) => due.owner !== owner);
  }

  /** Runs what is due until `isDone`, or until the limit; the result says which. */
  async run(limitMs: number, isDone: () => boolean = () => false): Promise<"done" | "limit"> {
    while (!isDone()) {
      const due = this.#takeNext(limitMs);
      if (due === null) {
        this.#nowMs = limitMs;
        return "limit";
      }
      this.within(due.owner, due.run);
      await settle();
    }
    return "done";
  }

  #add(run: () => void, { inMs, everyMs }: { inMs: number; everyMs: number | null }): number {
    const id = this.#nextId;
    this.#nextId += 1;
    const owner = this.#context.getStore() ?? null;
    if (owner?.isDead !== true) {
      this.#due.push({ id, atMs: this.#nowMs + Math.max(0, inMs), lot: this.#rng.next(), owner, everyMs, run });
    }
    return id;
  }

  #takeNext(limitMs: number): Due | null {
    let next: Due | null = null;
    for (const due of this.#due) {
      due.atMs = Math.max(due.atMs, due.owner?.frozenUntilMs ?? 0);
      if (next === null || due.atMs < next.atMs || (due.atMs === next.atMs && due.lot < next.lot)) next = due;
    }
    if (next === null || next.atMs > limitMs) return null;
    this.#nowMs = Math.max(this.#nowMs, next.atMs);
    if (next.everyMs === null) this.#due.splice(this.#due.indexOf(next), 1);
    else next.atMs = this.#nowMs + next.everyMs;
    return next;
  }
}
