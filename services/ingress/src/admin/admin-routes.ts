import { contentRoutes, type ContentContext } from "../content/content-routes.ts";
import { DECISION_LIST } from "../decisions/decision-routes.ts";
import type { AdminContext } from "./admin-context.ts";
import type { AdminRoute } from "./admin-route.ts";
import { adminBudgetRoutes } from "./budget-routes.ts";
import { adminCostRoutes } from "./cost-routes.ts";
import { adminKeyRoutes } from "./key-routes.ts";
import { adminIdentityRoutes } from "./identity-routes.ts";
import { openApiRoute } from "./openapi.ts";
import { adminPolicyRoutes, type PolicyContext } from "./policy-routes.ts";
import { adminRenewalRoutes } from "./renewal-routes.ts";

/** The operator's API below `/admin/v1`, with the document that describes it. */
export function adminRoutes(context: AdminContext & ContentContext & PolicyContext): AdminRoute[] {
  const routes = [
    ...adminKeyRoutes(context),
    ...adminRenewalRoutes(context),
    ...adminIdentityRoutes(context),
    ...adminBudgetRoutes(context),
    ...adminCostRoutes(context.db),
    ...contentRoutes(context),
    ...adminPolicyRoutes(context),
  ];
  return [...routes, openApiRoute([...routes, DECISION_LIST])];
}
