import type { Route } from "../http/route.ts";
import { OPERATION_ENDPOINTS, type OperationEndpoint } from "./operation-endpoints.ts";
import type { TakeOperation } from "./take-operation.ts";

/** A POST route for each operation beside chat. */
export function operationRoutes(take: TakeOperation): Route[] {
  const routeOf = ({ path, operation, bodyType }: OperationEndpoint): Route => ({
    method: "POST",
    path,
    access: "ask",
    handle(exchange) {
      const contentType = exchange.request.headers["content-type"] ?? "";
      const envelope = bodyType === "application/json" ? null : { contentType };
      return take(exchange, { operation, bodyType, dialect: "openai-chat", envelope });
    },
  });
  return OPERATION_ENDPOINTS.map(routeOf);
}
