import { SignalboxError } from "@signalbox/proto";
import type { Kysely } from "kysely";
import { idParam } from "../http/id-param.ts";
import { readInput } from "../http/read-input.ts";
import { actorOf } from "../identity/actor.ts";
import { meantTenant, tenantBound } from "../identity/reach.ts";
import type { KeyDatabase } from "../keys/key-database.ts";
import type { Principal } from "../keys/key-ring.ts";
import type { AdminContext } from "./admin-context.ts";
import { adminEventOf } from "./admin-event.ts";
import { ADMIN, type AdminRoute, BODY_LIMITS } from "./admin-route.ts";
import {
  AdminBudget,
  ALERT_AT_DEFAULT,
  BudgetAccounts,
  BudgetChange,
  BudgetList,
  NewBudget,
  Retired,
} from "./budget-forms.ts";
import { type BudgetTerms, termsOf } from "./budget-row.ts";
import { budgetId, insertBudget, retireBudget, updateBudget } from "./budget-store.ts";
import { readAccounts, readBudgets } from "./read-budgets.ts";
import { presentKey } from "./key-store.ts";
import { expectRoomForBudget } from "./tenant-limits.ts";

/** Budgets and limits, with what is spent of each. */
export function adminBudgetRoutes(context: AdminContext): AdminRoute[] {
  const { db } = context;
  return [
    {
      method: "GET",
      path: `${ADMIN}/budgets`,
      access: "read-settings",
      doc: { summary: "All budgets and limits, those of keys too.", status: 200, answer: BudgetList },
      handle: async ({ principal }) => ({
        object: "list",
        data: await readBudgets(db, { tenant: tenantBound(principal) }),
      }),
    },
    {
      method: "GET",
      path: `${ADMIN}/budgets/:id`,
      access: "read-settings",
      doc: { summary: "One budget.", status: 200, answer: AdminBudget },
      handle: ({ request, principal }) => presentBudget(db, idParam(request.params), principal),
    },
    {
      method: "GET",
      path: `${ADMIN}/budgets/:id/accounts`,
      access: "read-settings",
      doc: {
        summary: "Who has spent how much of a budget that gives each an account of its own.",
        status: 200,
        answer: BudgetAccounts,
      },
      handle: async ({ request, principal }) =>
        readAccounts(db, (await presentBudget(db, idParam(request.params), principal)).id),
    },
    makeRoute(context),
    changeRoute(context),
    retireRoute(context),
  ];
}

function makeRoute({ db, changes, log }: AdminContext): AdminRoute {
  return {
    method: "POST",
    path: `${ADMIN}/budgets`,
    access: "manage-budgets",
    doc: { summary: "Makes a budget or a limit.", status: 201, body: NewBudget, answer: AdminBudget },
    async handle({ request, reply, principal }) {
      const body = await readInput(request.raw, NewBudget, BODY_LIMITS);
      const { name, limit, window = "concurrency" in limit ? "total" : "month" } = body;
      const scope = await scopeWithin(db, body.scope, principal);
      const { timeZone = "UTC", alertAt = ALERT_AT_DEFAULT, each } = body;
      const by = actorOf(principal);
      const terms = termsOf(limit, window);
      const settings = { terms, timeZone, alertAt, atLimit: atLimitOf(terms, body.atLimit) };
      const of = scope.tenant ?? null;
      const id = budgetId(of, name);
      const made = await changes.carryOut(async (transaction, note) => {
        await expectRoomForBudget(transaction, of);
        if (!(await insertBudget(transaction, { id, scope, settings, by, each }))) throw taken();
        const after = await presentBudget(transaction, id, null);
        await note(adminEventOf({ object: "budget", change: "created", id, of, by, before: null, after }));
        return after;
      });
      log.info({ budget: id, by }, "a budget was made");
      reply.code(201);
      return made;
    },
  };
}

function changeRoute({ db, changes, log }: AdminContext): AdminRoute {
  return {
    method: "PATCH",
    path: `${ADMIN}/budgets/:id`,
    access: "manage-budgets",
    doc: {
      summary: "Changes what is named; holds within a second.",
      status: 200,
      body: BudgetChange,
      answer: AdminBudget,
    },
    async handle({ request, principal }) {
      const change = await readInput(request.raw, BudgetChange, BODY_LIMITS);
      const before = await presentBudget(db, idParam(request.params), principal);
      const {
        limit = before.limit,
        window = before.window,
        timeZone = before.timeZone,
        alertAt = before.alertAt,
        atLimit = before.atLimit,
      } = change;
      const by = actorOf(principal);
      const terms = termsOf(limit, window);
      const [id, of] = [before.id, before.scope.tenant ?? null];
      const settings = { terms, timeZone, alertAt, atLimit: atLimitOf(terms, atLimit) };
      const changed = await changes.carryOut(async (transaction, note) => {
        await updateBudget(transaction, id, settings);
        const after = await presentBudget(transaction, id, null);
        await note(adminEventOf({ object: "budget", change: "changed", id, of, by, before, after }));
        return after;
      });
      log.info({ budget: id, by }, "a budget was changed");
      return changed;
    },
  };
}

function retireRoute({ db, changes, log }: AdminContext): AdminRoute {
  return {
    method: "DELETE",
    path: `${ADMIN}/budgets/:id`,
    access: "manage-budgets",
    doc: { summary: "Charges it no more; its entries stay.", status: 200, answer: Retired },
    async handle({ request, principal }) {
      const before = await presentBudget(db, idParam(request.params), principal);
      const by = actorOf(principal);
      const [id, of] = [before.id, before.scope.tenant ?? null];
      await changes.carryOut(async (transaction, note) => {
        if (!(await retireBudget(transaction, id))) return;
        await note(adminEventOf({ object: "budget", change: "revoked", id, of, by, before, after: null }));
      });
      log.info({ budget: id, by }, "a budget was deleted");
      return { object: "budget", id, deleted: true };
    },
  };
}

function taken(): SignalboxError {
  const problem = "Invalid 'name': there is or was a budget of this name; choose another one.";
  return new SignalboxError("invalid-request", problem, { details: { param: "name" } });
}

function atLimitOf({ kind }: BudgetTerms, atLimit: "block" | "pass" = "block"): "block" | "pass" {
  if (atLimit === "block" || kind === "budget") return atLimit;
  const problem = "Invalid 'atLimit': a rate or concurrency limit always blocks; leave it out.";
  throw new SignalboxError("invalid-request", problem, { details: { param: "atLimit" } });
}

/** The scope, narrowed to the caller's tenant where its rights reach one tenant alone. */
async function scopeWithin(
  db: Kysely<KeyDatabase>,
  scope: NewBudget["scope"],
  principal: Principal,
): Promise<NewBudget["scope"]> {
  const bound = tenantBound(principal);
  if (bound === null) return scope;
  if (scope.key !== undefined) await presentKey(db, scope.key, principal);
  return { ...scope, tenant: meantTenant(principal, scope.tenant) };
}

/**
 * A budget by its id, or by its name where that is unique among those that `asking` reaches; null: all of them. Throws
 * `not-found`, also for a budget out of reach, and `invalid-request` for a name that several have.
 */
async function presentBudget(db: Kysely<KeyDatabase>, asked: string, asking: Principal | null): Promise<AdminBudget> {
  const tenant = asking === null ? null : tenantBound(asking);
  const [known] = await readBudgets(db, { id: asked, tenant });
  if (known !== undefined) return known;
  const named = await readBudgets(db, { name: asked, tenant });
  const [budget] = named;
  if (budget === undefined) throw new SignalboxError("not-found", "There is no budget of this name.");
  if (named.length === 1) return budget;
  const ids = named.map(({ id }) => `'${id}'`).join(", ");
  throw new SignalboxError("invalid-request", `There are several budgets of this name: ${ids}. Say which by its id.`, {
    details: { param: "id" },
  });
}
