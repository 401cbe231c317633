import type { FastifyReply, FastifyRequest } from "fastify";
import type { Right } from "../identity/right.ts";
import type { Principal } from "../keys/key-ring.ts";

/** A request and its answer. */
export type Exchange = { readonly request: FastifyRequest; readonly reply: FastifyReply };

type RouteHead = {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  /** Pages in browsers may call it, of origins that are allowed. */
  readonly forPages?: true;
  /** Its answer never ends, so it has no HEAD. */
  readonly isFeed?: true;
};

/**
 * One route of the API. `access` is the right that it needs, or `public` for one that needs no key; the server refuses a
 * route without it. A handler returns the value to send as JSON, or a promise of it, or nothing when it has answered
 * itself. It throws SignalboxError, which the server renders.
 */
export type Route = RouteHead &
  (
    | { readonly access: "public"; handle(exchange: Exchange): unknown }
    | { readonly access: Right; handle(exchange: Exchange & { readonly principal: Principal }): unknown }
  );

/** The same routes, for pages in browsers too. */
export function forPages(routes: readonly Route[]): Route[] {
  return routes.map((route) => ({ ...route, forPages: true }));
}
