import type { Kysely } from "kysely";
import { parseInput } from "../http/parse-input.ts";
import { TenantTurns } from "../http/tenant-turns.ts";
import type { Exchange } from "../http/route.ts";
import { tenantBound } from "../identity/reach.ts";
import type { KeyDatabase } from "../keys/key-database.ts";
import type { Principal } from "../keys/key-ring.ts";
import { ADMIN, type AdminRoute } from "./admin-route.ts";
import { readCosts } from "./cost-book.ts";
import { costCsv } from "./cost-csv.ts";
import { CostQuery, CostReport } from "./cost-forms.ts";
import { priceRoute } from "./cost-prices.ts";
import { reconcile, Reconciliation } from "./cost-reconcile.ts";
import { costReport } from "./cost-report.ts";
import { monthlyStatements, StatementQuery, Statements } from "./cost-statements.ts";
import { statementCsv, statementMarkdown } from "./render-statements.ts";

/** How many of the few database connections reports may hold at once: they take seconds, and requests need the others. */
const AT_ONCE = 2;

export function adminCostRoutes(db: Kysely<KeyDatabase>): AdminRoute[] {
  const turns = new TenantTurns(AT_ONCE);
  const slow = [costRoute(db), statementRoute(db), reconciliationRoute(db)];
  return [...slow.map((route) => inTurn(route, turns)), priceRoute(db)];
}

function inTurn(route: AdminRoute, turns: TenantTurns): AdminRoute {
  if (route.access === "public") return route;
  return {
    ...route,
    handle: (asking: Exchange & { readonly principal: Principal }) =>
      turns.run(asking.principal.tenant, async () => route.handle(asking)),
  };
}

function costRoute(db: Kysely<KeyDatabase>): AdminRoute {
  return {
    method: "GET",
    path: `${ADMIN}/costs`,
    access: "read-costs",
    doc: {
      summary: "What requests cost, from the register's outcomes, and what a baseline model would have cost.",
      status: 200,
      query: CostQuery,
      answer: CostReport,
      alsoText: "text/csv",
    },
    async handle({ request, reply, principal }) {
      const tenant = tenantBound(principal);
      const { by, from, to, timeZone, baseline, format } = parseInput(CostQuery, request.query);
      await readCosts(db);
      const filter = { by, fromMs: from ?? null, toMs: to ?? null, timeZone, baseline: baseline ?? null, tenant };
      const report = await costReport(db, filter);
      if (format === "json") return report;
      reply.header("content-type", "text/csv; charset=utf-8");
      return reply.header("content-disposition", 'attachment; filename="costs.csv"').send(costCsv(report, by));
    },
  };
}

function statementRoute(db: Kysely<KeyDatabase>): AdminRoute {
  return {
    method: "GET",
    path: `${ADMIN}/statements`,
    access: "read-costs",
    doc: {
      summary: "A month's costs as a statement for each team.",
      status: 200,
      query: StatementQuery,
      answer: Statements,
      alsoText: ["text/csv", "text/markdown"],
    },
    async handle({ request, reply, principal }) {
      const query = parseInput(StatementQuery, request.query);
      await readCosts(db);
      const statements = await monthlyStatements(db, { ...query, tenant: tenantBound(principal) });
      if (query.format === "json") return statements;
      const isCsv = query.format === "csv";
      const file = `statements-${query.month}.${isCsv ? "csv" : "md"}`;
      reply.header("content-type", `text/${query.format}; charset=utf-8`);
      reply.header("content-disposition", `attachment; filename="${file}"`);
      return reply.send(isCsv ? statementCsv(statements) : statementMarkdown(statements));
    },
  };
}

function reconciliationRoute(db: Kysely<KeyDatabase>): AdminRoute {
  return {
    method: "GET",
    path: `${ADMIN}/reconciliation`,
    access: "read-costs",
    doc: {
      summary: "Whether budgets of money, their entries and the register's outcomes say the same.",
      status: 200,
      answer: Reconciliation,
    },
    async handle({ principal }) {
      await readCosts(db);
      return reconcile(db, tenantBound(principal));
    },
  };
}
