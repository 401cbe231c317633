import type { AdminRoute } from "./admin-route.ts";
import { adminBudgetRoutes } from "./budget-routes.ts";
import { adminCostRoutes } from "./cost-routes.ts";
import { adminKeyRoutes, type AdminContext } from "./key-routes.ts";
import { openApiRoute } from "./openapi.ts";

/** The operator's API below `/admin/v1`, with the document that describes it. */
export function adminRoutes(context: AdminContext): AdminRoute[] {
  const routes = [...adminKeyRoutes(context), ...adminBudgetRoutes(context), ...adminCostRoutes(context.db)];
  return [...routes, openApiRoute(routes)];
}
