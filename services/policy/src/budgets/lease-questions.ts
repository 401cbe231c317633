import { setTimeout as sleep } from "node:timers/promises";
import type { LeaseHolder } from "@signalbox/decision";
import { type Logger, uuidv7 } from "@signalbox/kit";
import { type Account, gatheringOf } from "./account-lease.ts";
import { askForLease, type BudgetDatabase, giveBackLease } from "./budget-store.ts";

/** Leases of rate limits are short, because others cannot use what a dead instance holds. */
const RATE_LEASE_MAX_MS = 10_000;
/** How long a question may keep a request waiting. */
const ASK_TIMEOUT_MS = 1_500;
/** For how long an amount that could not be had is not asked for again, so that an exhausted budget does not keep the database busy. */
const SHORT_FOR_MS = { budget: 200, rate: 50, concurrency: 10 } as const;
/** The waits between questions while something may come back: what others hold unused, and what ended requests left over. */
const WAITS_MS = { budget: [15, 60, 120], rate: [15, 60], concurrency: [10, 20, 40, 80, 160] } as const;
const LOW_WATER_PARTS = 4n;
/** A lease is renewed when less than this share of its time is left, so that it outlasts an outage of the database for so long. */
const RENEWED_AT = 2 / 3;

export type LeaseQuestionsOptions = {
  readonly db: BudgetDatabase;
  readonly instance: string;
  readonly leaseMs: number;
  readonly log: Logger;
  /** Asks the other instances to give back what they hold unused of an account. */
  readonly recall: (account: Account) => void;
  /** Has the register booked at once, so that what ended requests left over becomes available. */
  readonly hurry: () => void;
};

/** Asks the database for leases, one question for an account at a time; `holder` holds what it grants. */
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
   * Asks for `needed` more of an account and resolves once what was granted is held, which may be less. Never rejects:
   * `unavailable` means that the database gave no answer in time.
   */
  async ask(account: Account, needed: bigint): Promise<"answered" | "unavailable"> {
    const nowMs = Date.now();
    // Keeps the lease from being given back as idle before the request has reserved from it.
    account.usedAtMs = nowMs;
    if (account.shortNeed !== null && needed >= account.shortNeed && nowMs < account.shortUntilMs) return "answered";
    const gathering = (account.gathering ??= gatheringOf());
    gathering.needed += needed;
    // Asked at the end of this turn, so that its other requests join.
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

  /** Asks until all that is needed is held, or until it is clear that it cannot be had now. */
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

  /** Whether a part of the budget is neither spent nor available nor held here, and so may be given back. */
  #mayComeBack({ key, figures }: Account): boolean {
    if (figures === null) return false;
    return figures.amount - figures.settled - figures.available > this.#holder.left(key, Date.now());
  }

  /** Asks once, and returns how much that has added to what is held. */
  async #askOnce(account: Account, needed: bigint): Promise<bigint> {
    const { db, instance, leaseMs } = this.#options;
    const { budget, subject, window, key } = account;
    const nowMs = Date.now();
    const lifeMs = budget.kind === "rate" ? Math.min(leaseMs, RATE_LEASE_MAX_MS) : leaseMs;
    const untilMs = nowMs + lifeMs;
    // A lease that has ended, or will soon, is exchanged for a new one.
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
