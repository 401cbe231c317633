import { SignalboxError } from "@signalbox/proto";
import type { Kysely } from "kysely";
import { parseInput } from "../http/parse-input.ts";
import { parseJsonBody, readBody } from "../http/read-body.ts";
import { actorOf } from "../identity/actor.ts";
import { meantTenant, tenantBound } from "../identity/reach.ts";
import type { KeyDatabase } from "../keys/key-database.ts";
import type { Principal } from "../keys/key-ring.ts";
import { ADMIN, type AdminRoute, BODY_LIMITS } from "./admin-route.ts";
import { AdminBudget, BudgetAccounts, BudgetChange, BudgetList, NewBudget, Retired } from "./budget-forms.ts";
import { type BudgetTerms, termsOf } from "./budget-row.ts";
import { insertBudget, readAccounts, readBudgets, retireBudget, updateBudget } from "./budget-store.ts";
import type { AdminContext } from "./key-routes.ts";
import { presentKey } from "./key-store.ts";
import { recordAdminChange } from "./record-admin-change.ts";

const ALERT_AT = [0.8];

/** Budgets and limits, with what of them is spent. */
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
      handle: ({ request, principal }) => presentBudget(db, nameParam(request.params), principal),
    },
    {
      method: "GET",
      path: `${ADMIN}/budgets/:id/accounts`,
      access: "read-settings",
      doc: {
        summary: "Who has spent how much of a budget of which everybody has one.",
        status: 200,
        answer: BudgetAccounts,
      },
      handle: async ({ request, principal }) =>
        readAccounts(db, (await presentBudget(db, nameParam(request.params), principal)).name),
    },
    makeRoute(context),
    changeRoute(context),
    retireRoute(context),
  ];
}

function makeRoute({ db, recorder, log }: AdminContext): AdminRoute {
  return {
    method: "POST",
    path: `${ADMIN}/budgets`,
    access: "manage-budgets",
    doc: { summary: "Makes a budget or a limit.", status: 201, body: NewBudget, answer: AdminBudget },
    async handle({ request, reply, principal }) {
      const wish = parseInput(NewBudget, parseJsonBody(await readBody(request.raw, BODY_LIMITS)));
      const { name, limit, window = "concurrency" in limit ? "total" : "month" } = wish;
      const scope = await scopeWithin(db, wish.scope, principal);
      const { timeZone = "UTC", alertAt = ALERT_AT, each } = wish;
      const by = actorOf(principal);
      const terms = termsOf(limit, window);
      const settings = { terms, timeZone, alertAt, atLimit: atLimitOf(terms, wish.atLimit) };
      if (!(await insertBudget(db, { name, scope, settings, by, each }))) {
        throw new SignalboxError("invalid-request", "Invalid 'name': there is or was a budget of this name.", {
          details: { param: "name" },
        });
      }
      const after = await presentBudget(db, name, null);
      log.info({ budget: name, by }, "a budget was made");
      const of = scope.tenant ?? null;
      await recordAdminChange(recorder, { object: "budget", change: "created", id: name, of, by, before: null, after });
      reply.code(201);
      return after;
    },
  };
}

function changeRoute({ db, recorder, log }: AdminContext): AdminRoute {
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
      const change = parseInput(BudgetChange, parseJsonBody(await readBody(request.raw, BODY_LIMITS)));
      const before = await presentBudget(db, nameParam(request.params), principal);
      const {
        limit = before.limit,
        window = before.window,
        timeZone = before.timeZone,
        alertAt = before.alertAt,
        atLimit = before.atLimit,
      } = change;
      const by = actorOf(principal);
      const terms = termsOf(limit, window);
      await updateBudget(db, before.name, { terms, timeZone, alertAt, atLimit: atLimitOf(terms, atLimit) });
      const after = await presentBudget(db, before.name, null);
      log.info({ budget: before.name, by }, "a budget was changed");
      const [id, of] = [before.name, before.scope.tenant ?? null];
      await recordAdminChange(recorder, { object: "budget", change: "changed", id, of, by, before, after });
      return after;
    },
  };
}

function retireRoute({ db, recorder, log }: AdminContext): AdminRoute {
  return {
    method: "DELETE",
    path: `${ADMIN}/budgets/:id`,
    access: "manage-budgets",
    doc: { summary: "Charges it no more; its entries stay.", status: 200, answer: Retired },
    async handle({ request, principal }) {
      const before = await presentBudget(db, nameParam(request.params), principal);
      const by = actorOf(principal);
      await retireBudget(db, before.name);
      log.info({ budget: before.name, by }, "a budget was deleted");
      const [id, of] = [before.name, before.scope.tenant ?? null];
      await recordAdminChange(recorder, { object: "budget", change: "revoked", id, of, by, before, after: null });
      return { object: "budget", id, deleted: true };
    },
  };
}

function atLimitOf({ kind }: BudgetTerms, atLimit: "block" | "pass" = "block"): "block" | "pass" {
  if (atLimit === "block" || kind === "budget") return atLimit;
  const problem = "Invalid 'atLimit': a limit on how much at a time always blocks.";
  throw new SignalboxError("invalid-request", problem, { details: { param: "atLimit" } });
}

/** Who reaches one tenant makes budgets of that tenant, and of none beside it. */
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

/** Throws `not-found`, also for a budget out of the reach of who asks, if somebody does. */
async function presentBudget(db: Kysely<KeyDatabase>, id: string, asking: Principal | null): Promise<AdminBudget> {
  const [budget] = await readBudgets(db, { id, tenant: asking === null ? null : tenantBound(asking) });
  if (budget === undefined) throw new SignalboxError("not-found", "There is no budget of this name.");
  return budget;
}

function nameParam(params: unknown): string {
  return (params as { id: string }).id;
}
