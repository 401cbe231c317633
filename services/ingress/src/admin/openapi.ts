import { PolicyProblem } from "@signalbox/proto";
import { z } from "zod";
import { ADMIN, type AdminRoute } from "./admin-route.ts";

const ErrorForm = z.strictObject({
  error: z.strictObject({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
    /** What is wrong in a refused policy's files. */
    problems: z.array(PolicyProblem).optional(),
  }),
});

type Json = Record<string, unknown>;

/** The documented part of a route. */
type DocumentedRoute = Pick<AdminRoute, "method" | "path" | "access" | "doc">;

/** The OpenAPI 3.1 document of the admin API, made of its routes. */
export function openApiOf(routes: readonly DocumentedRoute[]): Json {
  const paths = Object.fromEntries(
    [...Map.groupBy(routes, ({ path }) => path)].map(([path, group]) => [
      path.replaceAll(/:(\w+)/g, "{$1}"),
      Object.fromEntries(group.map((route) => [route.method.toLowerCase(), operationOf(route)])),
    ]),
  );
  return {
    openapi: "3.1.0",
    info: {
      title: "Signalbox admin API",
      version: "1",
      description:
        "Keys, budgets, limits, policies, what requests cost, what was decided of them, and what is retained.",
    },
    servers: [{ url: "/" }],
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: { key: { type: "http", scheme: "bearer", description: "A key, or an issuer's token." } },
      schemas: { Error: schemaOf(ErrorForm, "output") },
    },
  };
}

/** The document's own route. It is public, because the document says nothing that the project's source does not. */
export function openApiRoute(routes: readonly DocumentedRoute[]): AdminRoute {
  const document = openApiOf(routes);
  return {
    method: "GET",
    path: `${ADMIN}/openapi.json`,
    access: "public",
    doc: { summary: "This document.", status: 200, answer: z.looseObject({ openapi: z.string() }) },
    handle: () => document,
  };
}

function operationOf({ method, path, access, doc }: DocumentedRoute): Json {
  const { summary, body, query, status, answer, alsoText } = doc;
  const needs = access === "public" ? "Needs no key." : `Needs the right \`${access}\`.`;
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  return {
    operationId: operationId(method, path),
    summary,
    description: needs,
    parameters: [...inPath, ...(query === undefined ? [] : queryParameters(query))],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: schemaOf(body, "input") } } } }),
    responses: {
      [status]: {
        description: "Done.",
        content: {
          "application/json": { schema: schemaOf(answer, "output") },
          ...Object.fromEntries([alsoText ?? []].flat().map((text) => [text, { schema: { type: "string" } }])),
        },
      },
      default: {
        description: "Refused, with the reason.",
        content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
      },
    },
  };
}

/** `get-keys-id` and the like. */
function operationId(method: string, path: string): string {
  const words = path.replace(ADMIN, "").split("/").filter(Boolean);
  return [method.toLowerCase(), ...words.map((word) => word.replaceAll(/\W/g, ""))].join("-");
}

function queryParameters(query: z.ZodType): Json[] {
  const { properties = {}, required = [] } = schemaOf(query, "input") as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema,
  }));
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
