import type { Kysely } from "kysely";
import { parseInput } from "../http/parse-input.ts";
import type { KeyDatabase } from "../keys/key-database.ts";
import { ADMIN, type AdminRoute } from "./admin-route.ts";
import { CostQuery, CostReport } from "./cost-forms.ts";
import { costCsv, costReport } from "./cost-report.ts";

export function adminCostRoutes(db: Kysely<KeyDatabase>): AdminRoute[] {
  return [
    {
      method: "GET",
      path: `${ADMIN}/costs`,
      access: "admin",
      doc: {
        summary: "What requests cost, from the register's outcomes.",
        status: 200,
        query: CostQuery,
        answer: CostReport,
        alsoText: "text/csv",
      },
      async handle({ request, reply }) {
        const { by, from, to, format } = parseInput(CostQuery, request.query);
        const report = await costReport(db, { by, fromMs: from ?? null, toMs: to ?? null });
        if (format === "json") return report;
        reply.header("content-type", "text/csv; charset=utf-8");
        return reply.header("content-disposition", 'attachment; filename="costs.csv"').send(costCsv(report, by));
      },
    },
  ];
}
