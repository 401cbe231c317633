import type { Engine } from "@signalbox/kit";
import { type DecideItem, type Decision, type DecisionInput, SignalboxError } from "@signalbox/proto";
import type { DecisionDocuments } from "../decision-documents.ts";
import { makeDecision, type MadeDecision } from "../made-decision.ts";
import type { Account } from "./account-lease.ts";
import { subjectOf } from "./budget-definition.ts";
import type { BudgetBook } from "./budget-book.ts";
import type { BudgetLeases } from "./budget-leases.ts";
import type { KeyScope } from "./budget-store.ts";
import { usedShare } from "./used-share.ts";

/** Exclusions by a budget or a limit begin so. */
const LIMITING = /^(budget|tokens|requests|concurrency):/;
/** More than any request can need. */
const UNLIMITED = String(10n ** 30n);
const BUDGETS_MAX = 32;
const RETRY_AFTER_MS = 1_000;
/** How often the database is asked for one request while it says that there is enough. */
const ASK_ROUNDS_MAX = 3;

export type ChargingOptions = {
  readonly engine: Engine;
  readonly documents: DecisionDocuments;
  readonly book: BudgetBook;
  readonly leases: BudgetLeases;
};

/**
 * Decides within the request's budgets, and reserves in the same turn of the event loop. Returns at once where the leases in
 * memory suffice. Where a lease is short it asks the database for more and decides again, hence the promise.
 */
export function decideCharged(item: DecideItem, options: ChargingOptions): MadeDecision | Promise<MadeDecision> {
  const { book } = options;
  const { keyId } = item.facts;
  const scope = book.keyScope(keyId);
  if (scope !== undefined) return decideKnown(item, scope, options);
  return book.lookFor(keyId).then(
    () => decideKnown(item, book.keyScope(keyId) ?? null, options),
    (error: unknown) => {
      throw unavailable(error);
    },
  );
}

function decideKnown(
  item: DecideItem,
  scope: KeyScope | null,
  options: ChargingOptions,
): MadeDecision | Promise<MadeDecision> {
  const { book, leases } = options;
  const known = scope === null ? item : withIdentity(item, scope);
  const keyScope = scope?.input ?? {};
  const { tenant, keyId, labels } = item.facts;
  const request = book.isEmpty ? null : { tenant, keyId, ...known.route.caller, endUser: labels.user ?? undefined };
  const budgets = request === null ? [] : book.chargesOf(request);
  if (request === null || budgets.length === 0) {
    return makeDecision(known, { ...options, input: keyScope, accounts: [] });
  }
  if (budgets.length > BUDGETS_MAX) throw new Error(`the request is charged to ${budgets.length} budgets`);
  const nowMs = Date.now();
  const accounts = budgets.map((budget) =>
    leases.account(budget, nowMs, budget.eachOf === null ? "" : subjectOf(budget.eachOf, request)),
  );
  const charged = { item: known, keyScope, accounts };
  const made = attempt(charged, options);
  if (!isLimited(made.decision)) return reserved(made, leases);
  return decideAfterAsking(charged, options);
}

type Charged = { readonly item: DecideItem; readonly keyScope: Partial<DecisionInput>; readonly accounts: Account[] };

function attempt({ item, keyScope, accounts }: Charged, options: ChargingOptions): MadeDecision {
  const nowMs = Date.now();
  const budgets = accounts.map((account) => options.leases.stateOf(account, nowMs));
  const budgetUsed = usedShare(accounts.map((account) => ({ account, left: options.leases.left(account, nowMs) })));
  return makeDecision(item, { ...options, input: { ...keyScope, budgets }, accounts, nowMs, budgetUsed });
}

/** Decides as if the budgets were unlimited to learn what is needed, asks the database for that, and decides with the result. */
async function decideAfterAsking(charged: Charged, options: ChargingOptions, round = 1): Promise<MadeDecision> {
  const { item, keyScope, accounts } = charged;
  const { leases } = options;
  const nowMs = Date.now();
  const budgets = accounts.map((account) => ({ ...leases.stateOf(account, nowMs), left: UNLIMITED }));
  const unlimited = makeDecision(item, { ...options, input: { ...keyScope, budgets }, accounts, nowMs });
  const needs = new Map(unlimited.decision.reserved?.map(({ budget, amount }) => [budget, BigInt(amount)]));
  const asked = accounts.flatMap((account) => {
    const missing = (needs.get(account.budget.id) ?? 0n) - leases.left(account, nowMs);
    return missing > 0n ? leases.ask(account, missing) : [];
  });
  const answers = await Promise.all(asked);
  const made = attempt(charged, options);
  if (!isLimited(made.decision)) return reserved(made, leases);
  if (answers.includes("unavailable")) throw unavailable(null);
  // What was granted may have gone to an earlier request, or back to another instance.
  const mayHaveMore = asked.length > 0 && accounts.every(({ shortNeed }) => shortNeed === null);
  return mayHaveMore && round < ASK_ROUNDS_MAX
    ? decideAfterAsking(charged, options, round + 1)
    : reserved(made, leases);
}

function reserved(made: MadeDecision, leases: BudgetLeases): MadeDecision {
  const { decision, accounts, input } = made;
  if (decision.reserved === undefined) return made;
  return { ...made, parts: leases.reserve(decision.reserved, accounts, input.nowMs) };
}

/** Whether the decision might differ with more in the leases. */
function isLimited({ action, excluded }: Decision): boolean {
  if (action.kind === "serve-cached") return false;
  if (action.kind === "route" && action.maxOutputSource === "budget") return true;
  return excluded.some(({ rule }) => LIMITING.test(rule));
}

/** The item with the team and project of its key, which outweigh what the caller context says. */
function withIdentity(item: DecideItem, { team, project }: KeyScope): DecideItem {
  if (team === null && project === null) return item;
  const identity = { ...(team === null ? {} : { team }), ...(project === null ? {} : { project }) };
  return { ...item, route: { ...item.route, caller: { ...item.route.caller, ...identity } } };
}

function unavailable(cause: unknown): SignalboxError {
  return new SignalboxError("stage-unavailable", "The budgets of this request cannot be read now.", {
    details: { stage: "policy", retryAfterMs: RETRY_AFTER_MS },
    cause,
  });
}
