import { setTimeout as sleep } from "node:timers/promises";
import { LeaseHolder, type ReservedPart } from "@signalbox/decision";
import { type Logger, uuidv7 } from "@signalbox/kit";
import type { BudgetReservation, BudgetState } from "@signalbox/proto";
import { type Account, accountKey, accountOf, gatheringOf } from "./account-lease.ts";
import type { BudgetDefinition } from "./budget-definition.ts";
import { askForLease, type BudgetDatabase, giveBackLease } from "./budget-store.ts";
import { windowAt } from "./budget-window.ts";

/** A limit's lease is short, because what a dead instance holds of it cannot be used by others. */
const RATE_LEASE_MAX_MS = 10_000;
/** How long a question may keep a request waiting. */
const ASK_TIMEOUT_MS = 1_500;
/** What could not be had is not asked for again at once: a caller beyond its budget must not keep the database busy. */
const SHORT_FOR_MS = { budget: 200, rate: 50, concurrency: 10 } as const;
/** What others hold unused, and what requests that just ended have left over, comes back within these waits. */
const WAITS_MS = { budget: [15, 60, 120], rate: [15, 60], concurrency: [10, 20, 40, 80, 160] } as const;
const TICK_MS = 1_000;
const LOW_WATER_PARTS = 4n;
/** A lease is renewed while so much of its time is left: for so long it outlasts the database, whenever that goes away. */
const RENEWED_AT = 2 / 3;

/** Nothing is held of a budget. */
const NO_LEASE = "none";

export type BudgetLeasesOptions = {
  readonly db: BudgetDatabase;
  readonly instance: string;
  readonly leaseMs: number;
  readonly log: Logger;
  /** Tells the other instances that what they hold unused of an account is needed here. */
  readonly recall: (account: Account) => void;
  /** Has the register booked at once, because what ended requests have left over is needed. */
  readonly hurry: () => void;
};

/** The leases of this instance: reserved from in memory, filled and given back in the background. */
export class BudgetLeases implements AsyncDisposable {
  readonly #options: BudgetLeasesOptions;
  readonly #holder = new LeaseHolder();
  readonly #accounts = new Map<string, Account>();
  /** By budget and subject: the account of the window that held last. */
  readonly #current = new Map<string, Account>();
  readonly #timer: NodeJS.Timeout;
  readonly #working = new Set<Promise<unknown>>();
  #failing = false;

  constructor(options: BudgetLeasesOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      this.#tick(Date.now());
    }, TICK_MS);
    this.#timer.unref();
  }

  /** A budget's account in the window of this moment, of one subject where everybody has one. */
  account(budget: BudgetDefinition, nowMs: number, subject = ""): Account {
    const name = currentName(budget.id, subject);
    const last = this.#current.get(name);
    if (last !== undefined && last.budget === budget && nowMs >= last.window.startsMs) {
      if (last.window.endsMs === null || nowMs < last.window.endsMs) return last;
    }
    const window = windowAt(budget, nowMs);
    const fresh = accountOf({ budget, subject, window, lease: uuidv7() });
    // A budget that was changed keeps its account and what is held of it.
    const known = this.#accounts.get(fresh.key);
    const account = known === undefined ? fresh : Object.assign(known, { budget });
    this.#accounts.set(account.key, account);
    this.#current.set(name, account);
    return account;
  }

  /** What a decision may reserve of an account now. */
  stateOf({ key, budget }: Account, nowMs: number): BudgetState {
    const lease = this.#holder.lease(key, nowMs);
    return {
      budget: budget.id,
      unit: budget.unit,
      ...(budget.kind === "budget" ? {} : { kind: budget.kind }),
      ...(budget.endpoints === null ? {} : { endpoints: budget.endpoints }),
      lease: lease?.id ?? NO_LEASE,
      left: String(lease?.left ?? 0n),
    };
  }

  left({ key }: Account, nowMs: number): bigint {
    return this.#holder.left(key, nowMs);
  }

  /** Takes what a decision has reserved, in the turn of the event loop in which it was made. */
  reserve(reserved: readonly BudgetReservation[], accounts: readonly Account[], nowMs: number): ReservedPart[] {
    const byBudget = new Map(accounts.map((account) => [account.budget.id, account]));
    const amounts = new Map<string, bigint>();
    for (const { budget, amount } of reserved) {
      const account = byBudget.get(budget);
      if (account === undefined) throw new Error(`the decision reserves of ${budget}, to which it is not charged`);
      amounts.set(account.key, BigInt(amount));
      account.usedAtMs = nowMs;
    }
    const parts = this.#holder.reserve(amounts, nowMs);
    if (parts === null) throw new Error("the decision reserves more than what is left");
    for (const account of accounts) this.#fillEarly(account, nowMs);
    return parts;
  }

  undo(parts: readonly ReservedPart[]): void {
    this.#holder.undo(parts);
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

  /** Another instance needs what is unused here. */
  giveBackUnused(budget: string, startsMs: number, subject = ""): void {
    const account = this.#accounts.get(accountKey(budget, startsMs, subject));
    if (account !== undefined && account.gathering === null && !account.asking) this.#giveBack(account);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#working);
    for (const account of this.#accounts.values()) this.#giveBack(account);
    await Promise.all(this.#working);
  }

  #start(account: Account): void {
    const { gathering } = account;
    if (account.asking || gathering === null) return;
    account.asking = true;
    account.gathering = null;
    this.#work(
      this.#question(account, gathering.needed)
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
        }),
    );
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
    account.shortUntilMs = Date.now() + SHORT_FOR_MS[account.budget.kind];
  }

  /** Whether some of the budget is neither spent nor free nor held here. */
  #mayComeBack({ key, figures }: Account): boolean {
    if (figures === null) return false;
    return figures.amount - figures.settled - figures.available > this.#holder.left(key, Date.now());
  }

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

  /** Before the lease runs out, so that no request has to wait. */
  #fillEarly(account: Account, nowMs: number): void {
    if (account.asking || account.gathering !== null || nowMs < account.shortUntilMs) return;
    if (account.budget.kind === "concurrency") return;
    if (this.#holder.left(account.key, nowMs) * LOW_WATER_PARTS > account.granted) return;
    account.gathering = gatheringOf();
    this.#start(account);
  }

  #tick(nowMs: number): void {
    const { leaseMs } = this.#options;
    for (const account of this.#accounts.values()) {
      const { key, window } = account;
      if (account.asking || account.gathering !== null) continue;
      const held = this.#holder.lease(key, nowMs);
      const isOver = window.endsMs !== null && window.endsMs <= nowMs;
      const isIdle = account.usedAtMs < nowMs - leaseMs / 2;
      const endsSoon = held !== null && held.untilMs < nowMs + 2 * TICK_MS;
      if (isOver || isIdle || endsSoon || account.budget.retired) this.#giveBack(account);
      else if (held !== null && account.budget.kind === "budget" && held.untilMs < nowMs + leaseMs * RENEWED_AT) {
        account.gathering = gatheringOf();
        this.#start(account);
      }
      if (isOver || (held === null && isIdle)) this.#forget(account);
    }
  }

  #forget(account: Account): void {
    this.#accounts.delete(account.key);
    this.#holder.forget(account.key);
    const name = currentName(account.budget.id, account.subject);
    if (this.#current.get(name) === account) this.#current.delete(name);
  }

  #giveBack({ key }: Account): void {
    const part = this.#holder.drain(key);
    if (part === null) return;
    const back = { lease: part.lease, question: uuidv7(), unused: part.unused };
    // What cannot be given back is freed when the lease expires.
    this.#work(
      giveBackLease(this.#options.db, back).catch((error: unknown) => {
        this.#options.log.warn({ err: error }, "a lease could not be given back; it expires by itself");
      }),
    );
  }

  #work(work: Promise<unknown>): void {
    this.#working.add(work);
    void work.finally(() => this.#working.delete(work));
  }
}

function currentName(budget: string, subject: string): string {
  return subject === "" ? budget : `${budget}@${subject}`;
}
