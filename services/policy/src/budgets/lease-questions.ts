import { setTimeout as sleep } from "node:timers/promises";
import type { LeaseHolder } from "@signalbox/decision";
import { type Logger, uuidv7 } from "@signalbox/kit";
import { type Account, gatheringOf } from "./account-lease.ts";
import { askForLease, type BudgetDatabase, giveBackLease } from "./budget-store.ts";

/** A limit's lease is short, because what a dead instance holds of it cannot be used by others. */
const RATE_LEASE_MAX_MS = 10_000;
/** How long a question may keep a request waiting. */
const ASK_TIMEOUT_MS = 1_500;
/** What could not be had is not asked for again at once: a caller beyond its budget must not keep the database busy. */
const SHORT_FOR_MS = { budget: 200, rate: 50, concurrency: 10 } as const;
/** What others hold unused, and what requests that just ended have left over, comes back within these waits. */
const WAITS_MS = { budget: [15, 60, 120], rate: [15, 60], concurrency: [10, 20, 40, 80, 160] } as const;
const LOW_WATER_PARTS = 4n;
/** A lease is renewed while so much of its time is left: for so long it outlasts the database, whenever that goes away. */
const RENEWED_AT = 2 / 3;

export type LeaseQuestionsOptions = {
  readonly db: BudgetDatabase;
  readonly instance: string;
  readonly leaseMs: number;
  readonly log: Logger;
  /** Tells the other instances that what they hold unused of an account is needed here. */
  readonly recall: (account: Account) => void;
  /** Has the register booked at once, because what ended requests have left over is needed. */
  readonly hurry: () => void;
};

/** Asks the database for leases, one question of an account at a time; what it gives is held by `holder`. */
export class LeaseQuestions implements AsyncDisposable {
  readonly #options: LeaseQuestionsOptions;
  readonly #holder: LeaseHolder;
  readonly #working = new Set<Promise<void>>();
  #failing = false;

  constructor(options: LeaseQuestionsOptions, holder: LeaseHolder) {
    this.#options = options;
    this.#holder = holder;
  }

  /**
   * Resolves when the database was asked for so much more of an account, and what it gave is held. Rejects never:
   * `unavailable` when the database gave no answer.
   */
  async ask(account: Account, needed: bigint): Promise<"answered" | "unavailable"> {
    const nowMs = Date.now();
    // What is given for this request is not to be taken for idle before the request has reserved it.
    account.usedAtMs = nowMs;
    if (account.shortNeed !== null && needed >= account.shortNeed && nowMs < account.shortUntilMs) return "answered";
    const gathering = (account.gathering ??= gatheringOf());
    gathering.needed += needed;
    // The other requests of this turn join.
    queueMicrotask(() => {
      this.#start(account);
    });
    const late = AbortSignal.timeout(ASK_TIMEOUT_MS);
    const { promise: tooLate, resolve } = Promise.withResolvers<"unavailable">();
    late.addEventListener("abort", () => {
      resolve("unavailable");
    });
    return Promise.race([gathering.promise, tooLate]);
  }

  /** Whether a question is under way or about to be asked. */
  isAsking({ asking, gathering }: Account): boolean {
    return asking || gathering !== null;
  }

  /** Asks before the lease is used up, so that no request has to wait. */
  fillEarly(account: Account, nowMs: number): void {
    if (this.isAsking(account) || nowMs < account.shortUntilMs) return;
    if (account.budget.kind === "concurrency") return;
    if (this.#holder.left(account.key, nowMs) * LOW_WATER_PARTS > account.granted) return;
    this.#fill(account);
  }

  /** Asks before the lease of a budget of money has run out. */
  renew(account: Account, untilMs: number, nowMs: number): void {
    if (account.budget.kind !== "budget" || untilMs >= nowMs + this.#options.leaseMs * RENEWED_AT) return;
    this.#fill(account);
  }

  /** Waits for the questions that are under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#working);
  }

  #fill(account: Account): void {
    account.gathering = gatheringOf();
    this.#start(account);
  }

  #start(account: Account): void {
    const { gathering } = account;
    if (account.asking || gathering === null) return;
    account.asking = true;
    account.gathering = null;
    const work = this.#question(account, gathering.needed)
      .then(
        () => {
          this.#failing = false;
          gathering.resolve("answered");
        },
        (error: unknown) => {
          if (!this.#failing)
            this.#options.log.error({ err: error }, "leases cannot be had; requests go on within those held");
          this.#failing = true;
          gathering.resolve("unavailable");
        },
      )
      .finally(() => {
        account.asking = false;
        this.#start(account);
        this.#working.delete(work);
      });
    this.#working.add(work);
  }

  /** Asks until all that is needed is held, or it is sure that it cannot be had now. */
  async #question(account: Account, needed: bigint): Promise<void> {
    const { kind } = account.budget;
    let missing = needed;
    for (const waitMs of [...WAITS_MS[kind], null]) {
      const added = await this.#askOnce(account, missing);
      missing -= added;
      if (missing <= 0n) account.shortNeed = null;
      if (needed === 0n && added <= 0n) account.shortUntilMs = Date.now() + SHORT_FOR_MS[kind];
      if (missing <= 0n) return;
      if (waitMs === null || !this.#mayComeBack(account)) break;
      this.#options.hurry();
      if ((account.figures?.heldElsewhere ?? 0n) > 0n) this.#options.recall(account);
      await sleep(waitMs);
    }
    account.shortNeed = missing;
    account.shortUntilMs = Date.now() + SHORT_FOR_MS[kind];
  }

  /** Whether some of the budget is neither spent nor free nor held here. */
  #mayComeBack({ key, figures }: Account): boolean {
    if (figures === null) return false;
    return figures.amount - figures.settled - figures.available > this.#holder.left(key, Date.now());
  }

  /** What one question has added to what is held. */
  async #askOnce(account: Account, needed: bigint): Promise<bigint> {
    const { db, instance, leaseMs } = this.#options;
    const { budget, subject, window, key } = account;
    const nowMs = Date.now();
    const lifeMs = budget.kind === "rate" ? Math.min(leaseMs, RATE_LEASE_MAX_MS) : leaseMs;
    const untilMs = nowMs + lifeMs;
    // A lease that is about to end, or has ended, is exchanged for another one.
    const held = this.#holder.lease(key, nowMs);
    if (held === null || held.untilMs < nowMs + lifeMs * RENEWED_AT) account.lease = uuidv7();
    const { lease } = account;
    const ask = { budget: budget.id, subject, window, question: uuidv7(), lease, instance, needed, untilMs, nowMs };
    const { kind, granted, ...figures } = await askForLease(db, ask);
    account.figures = figures;
    if (kind === "ended") {
      this.#holder.drop(key, lease);
      account.lease = uuidv7();
      return this.#askOnce(account, needed);
    }
    if (kind === "exhausted") {
      if (held !== null) account.lease = held.id;
      return 0n;
    }
    account.granted = granted;
    const before = this.#holder.add(key, { id: lease, amount: granted, untilMs });
    if (before === null || before.unused <= 0n) return granted;
    // What was held before is available again once it is given back, to this instance as well.
    await giveBackLease(db, { lease: before.lease, question: uuidv7(), unused: before.unused });
    const added = granted - before.unused;
    return added >= needed ? added : added + (await this.#askOnce(account, needed - added));
  }
}
