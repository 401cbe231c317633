import type { Metrics } from "../metrics.ts";
import type { Readiness } from "./readiness.ts";
import type { Route } from "./route.ts";

/**
 * /healthz: the process lives. /readyz: whether requests should be sent here, and the state of everything that they need.
 * /metrics: Prometheus' text format.
 */
export function healthRoutes(metrics: Metrics, readiness: () => Readiness): Route[] {
  return [
    {
      method: "GET",
      path: "/healthz",
      access: "public",
      handle: ({ reply }) => reply.type("text/plain").send("ok\n"),
    },
    {
      method: "GET",
      path: "/readyz",
      access: "public",
      handle({ reply }) {
        const told = readiness();
        reply.code(told.status === "ready" ? 200 : 503).header("cache-control", "no-store");
        return told;
      },
    },
    {
      method: "GET",
      path: "/metrics",
      access: "public",
      handle: async ({ reply }) => reply.header("content-type", metrics.contentType).send(await metrics.render()),
    },
  ];
}
