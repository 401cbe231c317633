import type { AddressInfo } from "node:net";
import { uuidv7, type Logger } from "@signalbox/kit";
import { SignalboxError } from "@signalbox/proto";
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { authorise } from "../identity/authorise.ts";
import { type Access, isAccess } from "../identity/right.ts";
import type { Metrics } from "../metrics.ts";
import type { KeyUsage } from "../keys/key-usage.ts";
import { authenticate, type Gate } from "./authenticate.ts";
import { BrowserOrigins } from "./browser-origins.ts";
import { nothingAt } from "./nothing-at.ts";
import { withVersion } from "./optional-version.ts";
import { refuseBrokenRequest } from "./refuse-broken-request.ts";
import type { Route } from "./route.ts";
import { fromFrameworkError, idHeaders, sendError } from "./send-error.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    access?: Access;
  }
}

/** A route as it is registered with the server, with the right that it needs. */
export type ServedRoute = { readonly methods: readonly string[]; readonly path: string; readonly access: Access };

type HttpServer = AsyncDisposable & { readonly port: number; readonly routes: readonly ServedRoute[] };

/** For requests whose head never ends; bodies have a shorter limit of their own. */
const REQUEST_TIMEOUT_MS = 90_000;
const TIMEOUT_CHECK_EVERY_MS = 2_000;
/** Longer than the idle timeout of common load balancers, so that they and not we close an idle connection. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
const TCP_PROBE_AFTER_MS = 30_000;
/** A model's id has at most 256 characters, each of which may be percent-encoded as three. */
const PARAM_MAX_CHARS = 1_024;
/** How long answers that are under way may take when the service stops. */
const STOP_TIMEOUT_MS = 5_000;
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

type Context = {
  readonly gate: Gate;
  /** Notes the use of keys at all routes but those that ask a model, which note it themselves. */
  readonly usage: Pick<KeyUsage, "used">;
  readonly metrics: Metrics;
  readonly log: Logger;
};
/** `pages` is null where no browser origins are configured. */
type Serving = Context & { readonly pages: BrowserOrigins | null };
type Address = { readonly host: string; readonly port: number };

/** Serves the routes. Every error is rendered in the caller's dialect, also the framework's. */
export async function startHttpServer(
  { browserOrigins, ...address }: Address & { readonly browserOrigins: readonly string[] },
  routes: readonly Route[],
  context: Context,
): Promise<HttpServer> {
  const app = createApp(context);
  const pages = browserOrigins.length === 0 ? null : new BrowserOrigins(browserOrigins);
  const serving = { ...context, pages };
  const served = listRoutes(app);
  for (const route of routes) {
    const { method, path: url, access } = route;
    const handler = handlerOf(route, serving);
    app.route({ method, url, config: { access }, handler });
    // HEAD runs the GET handler; Node leaves out the body.
    if (hasHead(route)) app.route({ method: "HEAD", url, config: { access }, handler });
  }
  refuseOtherMethods(app, routes, pages);
  await app.listen(address);
  return {
    port: (app.server.address() as AddressInfo).port,
    routes: served,
    async [Symbol.asyncDispose]() {
      const force = setTimeout(() => {
        app.server.closeAllConnections();
      }, STOP_TIMEOUT_MS);
      await app.close();
      clearTimeout(force);
    },
  };
}

function createApp({ metrics, log }: Context): FastifyInstance {
  const app = fastify({
    logger: false,
    genReqId: () => uuidv7(),
    requestIdHeader: false,
    rewriteUrl: (request) => withVersion(request.url ?? "/"),
    exposeHeadRoutes: false,
    return503OnClosing: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    http: {
      connectionsCheckingInterval: TIMEOUT_CHECK_EVERY_MS,
      // Only probes find out that a client's machine went away without closing its connection.
      keepAlive: true,
      keepAliveInitialDelay: TCP_PROBE_AFTER_MS,
    },
    routerOptions: { maxParamLength: PARAM_MAX_CHARS },
    clientErrorHandler: refuseBrokenRequest,
    frameworkErrors: (error, _request, reply) => void sendError(reply, fromFrameworkError(error), metrics),
  });
  app.removeAllContentTypeParsers();
  // Handlers read bodies themselves, with limits and errors of their own.
  app.addContentTypeParser("*", (_request, payload, done) => {
    done(null, payload);
  });
  app.setErrorHandler((error, _request, reply) => {
    const known = error instanceof SignalboxError ? error : fromFrameworkError(error);
    if (known.code === "internal") log.error({ err: known.cause ?? known }, "a request failed");
    return sendError(reply, known, metrics);
  });
  app.setNotFoundHandler((request, reply) => sendError(reply, nothingAt(request.url), metrics));
  return app;
}

/** Lists the routes that are registered from now on, and refuses to register one that does not name its right. */
function listRoutes(app: FastifyInstance): readonly ServedRoute[] {
  const served: ServedRoute[] = [];
  app.addHook("onRoute", ({ method, url: path, config }) => {
    const access = config?.access;
    if (!isAccess(access)) throw new Error(`the route ${path} does not say which right it needs`);
    served.push({ methods: [method].flat(), path, access });
  });
  return served;
}

function handlerOf(route: Route, { gate, usage, metrics, pages }: Serving) {
  const admitted = route.forPages === true ? pages : null;
  const hasParams = route.path.includes("/:");
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    metrics.observe(route.path, reply.raw);
    admitted?.admit(request.headers, reply.raw);
    reply.headers(idHeaders(request));
    if (hasParams && holdsNul(request.params)) throw nothingAt(request.url);
    if (route.access === "public") return route.handle({ request, reply });
    const found = authenticate(request, gate);
    const principal = found instanceof Promise ? await found : found;
    authorise(principal, route.access);
    if (route.access !== "ask") usage.used(principal.keyId, Date.now());
    return route.handle({ request, reply, principal });
  };
}

/** PostgreSQL takes no text with U+0000 in it, so nothing has such a name. */
function holdsNul(params: unknown): boolean {
  return Object.values(params as Record<string, string>).some((value) => value.includes("\u0000"));
}

function hasHead({ method, isFeed }: Route): boolean {
  return method === "GET" && isFeed !== true;
}

function refuseOtherMethods(app: FastifyInstance, routes: readonly Route[], pages: BrowserOrigins | null): void {
  for (const [url, group] of Map.groupBy(routes, (route) => route.path)) {
    const allowed = group.flatMap((route) => (hasHead(route) ? [route.method, "HEAD"] : route.method));
    const admitted = group.some((route) => route.forPages === true) ? pages : null;
    app.route({
      method: METHODS.filter((method) => !allowed.includes(method)),
      url,
      config: { access: "public" },
      handler: (request, reply) => {
        const isPreflight = request.method === "OPTIONS" && admitted?.preflight(request.headers, allowed, reply.raw);
        if (isPreflight === true) return reply.code(204).send();
        reply.header("allow", allowed.join(", "));
        throw new SignalboxError("method-not-allowed", `This URL allows ${allowed.join(", ")}.`);
      },
    });
  }
}
