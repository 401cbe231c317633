import type { z } from "zod";
import type { Route } from "../http/route.ts";

export const ADMIN = "/admin/v1";
export const BODY_LIMITS = { maxBytes: 64 * 1024, timeoutMs: 10_000 };

/** A route together with its documentation, so that the OpenAPI document covers every route and no other. */
export type AdminRoute = Route & {
  readonly doc: {
    readonly summary: string;
    readonly body?: z.ZodType;
    readonly query?: z.ZodType;
    readonly status: 200 | 201 | 202;
    readonly answer: z.ZodType;
    /** The media types that the route also answers in, beside JSON. */
    readonly alsoText?: "text/csv" | readonly ("text/csv" | "text/markdown")[];
  };
};
