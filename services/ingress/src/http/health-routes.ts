import type { Metrics } from "../metrics.ts";
import type { Route } from "./route.ts";

/** /healthz: the process lives. /readyz: it can take requests. /metrics: Prometheus' text form. */
export function healthRoutes(metrics: Metrics, isReady: () => boolean): Route[] {
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
        const ready = isReady();
        return reply
          .code(ready ? 200 : 503)
          .type("text/plain")
          .send(ready ? "ok\n" : "not ready\n");
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
