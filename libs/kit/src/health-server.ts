import { createServer } from "node:http";
import { register } from "prom-client";
import { listen } from "./listening-server.ts";

export { Counter, Gauge, Histogram, register as metricsRegister } from "prom-client";

/** Where it listens; a null port starts none. */
type HealthPlace = { readonly healthHost: string; readonly healthPort: number | null };

/**
 * /healthz (the process lives), /readyz (it can do its work) and /metrics, for services without an HTTP API of their
 * own.
 */
export async function startHealthServer(
  { healthHost: host, healthPort: port }: HealthPlace,
  isReady: () => boolean,
): Promise<AsyncDisposable> {
  if (port === null) return { [Symbol.asyncDispose]: () => Promise.resolve() };
  const server = createServer((request, response) => {
    if (request.url === "/metrics") {
      void register.metrics().then(
        (text) => response.setHeader("content-type", register.contentType).end(text),
        // One metric that cannot be read must not end the service; who gathers them sees that they are missing, and why.
        (error: unknown) => response.writeHead(500).end(`The metrics cannot be read: ${String(error)}\n`),
      );
      return;
    }
    const ok = request.url === "/healthz" || (request.url === "/readyz" && isReady());
    response.writeHead(ok ? 200 : request.url === "/readyz" ? 503 : 404).end(ok ? "ok\n" : "no\n");
  });
  return listen(server, { port, host });
}
