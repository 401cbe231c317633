import { LeaseHolder, type ReservedPart } from "@signalbox/decision";
import { uuidv7 } from "@signalbox/kit";
import type { BudgetReservation, BudgetState } from "@signalbox/proto";
import { type Account, accountKey, accountOf } from "./account-lease.ts";
import type { BudgetDefinition } from "./budget-definition.ts";
import { giveBackLease } from "./budget-store.ts";
import { windowAt } from "./budget-window.ts";
import { LeaseQuestions, type LeaseQuestionsOptions } from "./lease-questions.ts";

const TICK_MS = 1_000;
/** Nothing is held of a budget. */
const NO_LEASE = "none";

/** The leases of this instance. Decisions reserve from them in memory; they are filled and given back in the background. */
export class BudgetLeases implements AsyncDisposable {
  readonly #options: LeaseQuestionsOptions;
  readonly #holder = new LeaseHolder();
  readonly #questions: LeaseQuestions;
  readonly #accounts = new Map<string, Account>();
  /** By budget and subject: the account of the latest window. */
  readonly #current = new Map<string, Account>();
  readonly #timer: NodeJS.Timeout;
  readonly #givingBack = new Set<Promise<void>>();

  constructor(options: LeaseQuestionsOptions) {
    this.#options = options;
    this.#questions = new LeaseQuestions(options, this.#holder);
    this.#timer = setInterval(() => {
      this.#tick(Date.now());
    }, TICK_MS);
    this.#timer.unref();
  }

  /** A budget's account in the present window, for one subject where the budget has `each`. */
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

  /** Takes what a decision reserves; to be called in the same turn of the event loop as the decision. */
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
    for (const account of accounts) this.#questions.fillEarly(account, nowMs);
    return parts;
  }

  /** As `LeaseQuestions.ask`. */
  ask(account: Account, needed: bigint): Promise<"answered" | "unavailable"> {
    return this.#questions.ask(account, needed);
  }

  undo(parts: readonly ReservedPart[]): void {
    this.#holder.undo(parts);
  }

  /** Gives back what is unused here, because another instance needs it. */
  giveBackUnused(budget: string, startsMs: number, subject = ""): void {
    const account = this.#accounts.get(accountKey(budget, startsMs, subject));
    if (account !== undefined && !this.#questions.isAsking(account)) this.#giveBack(account);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#questions[Symbol.asyncDispose]();
    for (const account of this.#accounts.values()) this.#giveBack(account);
    await Promise.all(this.#givingBack);
  }

  #tick(nowMs: number): void {
    const { leaseMs } = this.#options;
    for (const account of this.#accounts.values()) {
      const { key, window } = account;
      if (this.#questions.isAsking(account)) continue;
      const held = this.#holder.lease(key, nowMs);
      const isOver = window.endsMs !== null && window.endsMs <= nowMs;
      const isIdle = account.usedAtMs < nowMs - leaseMs / 2;
      const endsSoon = held !== null && held.untilMs < nowMs + 2 * TICK_MS;
      if (isOver || isIdle || endsSoon || account.budget.retired) this.#giveBack(account);
      else if (held !== null) this.#questions.renew(account, held.untilMs, nowMs);
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
    const given = giveBackLease(this.#options.db, back)
      // What cannot be given back is freed when the lease expires.
      .catch((error: unknown) => {
        this.#options.log.warn({ err: error }, "a lease could not be given back; it expires by itself");
      })
      .finally(() => this.#givingBack.delete(given));
    this.#givingBack.add(given);
  }
}

function currentName(budget: string, subject: string): string {
  return subject === "" ? budget : `${budget}@${subject}`;
}
