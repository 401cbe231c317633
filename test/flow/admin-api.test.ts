import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startIngressRig, type IngressRig } from "./ingress-rig.ts";

/*
 * Goal: all that an operator sets for keys and budgets goes through one API whose document is true: every answer here is
 * held against the schema that the document gives for it.
 */

let rig: IngressRig;
let document: Document;
beforeAll(async () => {
  rig = await startIngressRig();
  document = (await (await fetch(`${rig.baseUrl}/admin/v1/openapi.json`)).json()) as Document;
});
afterAll(() => rig[Symbol.asyncDispose]());

type Operation = {
  operationId: string;
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { content: Record<string, { schema: object }> }>;
};
type Document = { openapi: string; paths: Record<string, Record<string, Operation>> };

const ajv = new Ajv2020({ strict: false, validateFormats: false });

type Answer = { status: number; body: Record<string, unknown> };

async function call(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${rig.baseUrl}/admin/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${rig.adminKey}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = { status: response.status, body: (await response.json()) as Record<string, unknown> };
  if (answer.status < 300) expectDocumented(method, path, { sent: body, answer });
  return answer;
}

function expectDocumented(method: string, path: string, { sent, answer }: { sent: unknown; answer: Answer }): void {
  const [plain = ""] = path.split("?");
  const known = Object.entries(document.paths).find(([pattern]) =>
    new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(`/admin/v1${plain}`),
  );
  const operation = known?.[1][method.toLowerCase()];
  expect(operation, `${method} ${path} is documented`).toBeDefined();
  const schema = operation?.responses[String(answer.status)]?.content["application/json"]?.schema ?? false;
  ajv.validate(schema, answer.body);
  expect(ajv.errors ?? []).toEqual([]);
  if (sent === undefined) return;
  expect(ajv.validate(operation?.requestBody?.content["application/json"]?.schema ?? false, sent)).toBe(true);
}

test("the document is served, and each of its schemas can be used", () => {
  expect(document.openapi).toBe("3.1.0");
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  expect(Object.keys(document.paths).toSorted()).toEqual([
    "/admin/v1/budgets",
    "/admin/v1/budgets/{id}",
    "/admin/v1/budgets/{id}/accounts",
    "/admin/v1/content",
    "/admin/v1/content/erase",
    "/admin/v1/content/{id}",
    "/admin/v1/costs",
    "/admin/v1/keys",
    "/admin/v1/keys/{id}",
    "/admin/v1/keys/{id}/refresh",
    "/admin/v1/keys/{id}/rotate",
    "/admin/v1/policies",
    "/admin/v1/policies/check",
    "/admin/v1/policies/current",
    "/admin/v1/policies/diff",
    "/admin/v1/policies/rollback",
    "/admin/v1/policies/{digest}",
    "/admin/v1/prices",
    "/admin/v1/projects",
    "/admin/v1/projects/{id}",
    "/admin/v1/reconciliation",
    "/admin/v1/service-accounts",
    "/admin/v1/service-accounts/{id}",
    "/admin/v1/statements",
    "/admin/v1/teams",
    "/admin/v1/teams/{id}",
    "/admin/v1/users",
    "/admin/v1/users/{id}",
    "/v1/decisions",
  ]);
  for (const { responses, requestBody } of operations) {
    for (const { content } of [
      ...Object.values(responses).filter((each) => !("$ref" in each)),
      requestBody ?? { content: {} },
    ]) {
      for (const { schema } of Object.values(content)) if (!("$ref" in schema)) ajv.compile(schema);
    }
  }
});

test("every route is closed to members, but for the document and the list of their own decisions", async () => {
  const ofOperators = Object.entries(document.paths).filter(([path]) => path !== "/v1/decisions");
  for (const [path, operations] of ofOperators) {
    for (const method of Object.keys(operations)) {
      const url = `${rig.baseUrl}${path.replace(/\{\w+\}/, "x")}`;
      const as = (key?: string) =>
        fetch(url, {
          method: method.toUpperCase(),
          headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
        });
      expect((await as()).status, `${method} ${path}`).toBe(401);
      expect((await as(rig.memberKey)).status, `${method} ${path}`).toBe(403);
    }
  }
});

test("a key is made with all that holds for it, shown again without its secret, changed and revoked", async () => {
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const body = {
    name: "ci",
    team: "red",
    models: ["openai/*"],
    budget: { usd: 25, window: "month" },
    limits: { rpm: 60, tpm: 100_000, concurrency: 4 },
    expiresAt,
  };
  const made = await call("POST", "/keys", body);
  expect(made).toMatchObject({ status: 201, body: { ...body, role: "member", tenant: "alice", revokedAt: null } });
  const { id, secret } = made.body as { id: string; secret: string };
  expect(secret).toMatch(new RegExp(`^sk-sb-${id}-`));
  const models = await fetch(`${rig.baseUrl}/v1/models`, { headers: { authorization: `Bearer ${secret}` } });
  expect(models.status).toBe(200);
  const shown = await call("GET", `/keys/${id}`);
  expect(shown.body).toEqual(Object.fromEntries(Object.entries(made.body).filter(([name]) => name !== "secret")));
  expect(JSON.stringify(await call("GET", "/keys"))).not.toContain(secret);

  const changed = await call("PATCH", `/keys/${id}`, {
    budget: { usd: 0.5, window: "day" },
    limits: { rpm: null },
    team: null,
  });
  expect(changed.body).toMatchObject({
    name: "ci",
    team: null,
    models: ["openai/*"],
    budget: { usd: 0.5, window: "day", timeZone: "UTC" },
    limits: { rpm: null, tpm: 100_000, concurrency: 4 },
  });
  const back = await call("PATCH", `/keys/${id}`, { limits: { rpm: 10 }, budget: null, models: null });
  expect(back.body).toMatchObject({ budget: null, models: null, limits: { rpm: 10, tpm: 100_000 } });

  expect(await call("DELETE", `/keys/${id}`)).toMatchObject({ status: 200, body: { id, deleted: true } });
  expect((await fetch(`${rig.baseUrl}/v1/models`, { headers: { authorization: `Bearer ${secret}` } })).status).toBe(
    401,
  );
  expect(await call("PATCH", `/keys/${id}`, { name: "again" })).toMatchObject({ status: 400 });
});

test("a budget is made over any scope, shown with what is spent of it, changed and deleted", async () => {
  const body = {
    name: "team-red",
    scope: { tenant: "alice", team: "red", model: "gpt-*" },
    limit: { usd: 0.1 },
    window: "week",
    timeZone: "Europe/Berlin",
    alertAt: [0.5, 0.9],
    each: "end-user",
    atLimit: "pass",
  };
  const made = await call("POST", "/budgets", body);
  expect(made).toMatchObject({ status: 201, body: { ...body, id: "alice/team-red" } });
  expect(made.body["current"]).toMatchObject({
    unit: "pico-usd",
    limit: "100000000000",
    spent: "0",
    left: "100000000000",
  });
  expect((await call("PATCH", "/budgets/team-red", { limit: { usd: 2 } })).body).toMatchObject({
    limit: { usd: 2 },
    window: "week",
    alertAt: [0.5, 0.9],
  });
  const { body: list } = await call("GET", "/budgets");
  expect((list["data"] as { name: string }[]).map(({ name }) => name)).toContain("team-red");
  expect(await call("DELETE", "/budgets/team-red")).toMatchObject({ body: { deleted: true } });
  expect(await call("GET", "/budgets/team-red")).toMatchObject({ status: 404 });
  expect(await call("POST", "/budgets", body)).toMatchObject({ status: 400, body: { error: { param: "name" } } });
});

test.each([
  [
    { limit: { tokens: 1_000 }, window: "minute" },
    { limit: { tokens: 1_000 }, window: "minute" },
  ],
  [
    { limit: { requests: 5 }, window: { seconds: 3_600 } },
    { limit: { requests: 5 }, window: { seconds: 3_600 } },
  ],
  [{ limit: { concurrency: 2 } }, { limit: { concurrency: 2 }, window: "total" }],
  [
    { limit: { usd: 1 }, scope: { tenant: "alice", endUser: "bob@example.com" } },
    { scope: { tenant: "alice", endUser: expect.stringMatching(/^hmac-sha256:[0-9a-f]{64}$/) }, atLimit: "block" },
  ],
  [{ limit: { usd: 1 } }, { limit: { usd: 1 }, window: "month", timeZone: "UTC", alertAt: [0.8] }],
])("the limit %j becomes %j", async (body, expected) => {
  const name = `limit-${JSON.stringify(body).replaceAll(/\W+/g, "-").toLowerCase().slice(1, 50)}x`;
  expect(await call("POST", "/budgets", { name, scope: {}, ...body })).toMatchObject({ status: 201, body: expected });
});

test.each([
  ["/keys", {}, "name"],
  ["/keys", { name: "x", budget: { usd: -1, window: "day" } }, "budget.usd"],
  ["/keys", { name: "x", budget: { usd: 1, window: "year" } }, "budget.window"],
  ["/keys", { name: "x", limits: { rps: 1 } }, "rps"],
  ["/keys", { name: "x", expiresAt: "2020-01-01T00:00:00Z" }, "expiresAt"],
  ["/budgets", { name: "X Y", scope: {}, limit: { usd: 1 } }, "name"],
  ["/budgets", { name: "key-0a1b2c3d4e5f-rpm", scope: {}, limit: { usd: 1 } }, "name"],
  ["/budgets", { name: "x", scope: { tenant: "nobody" }, limit: { usd: 1 } }, "scope.tenant"],
  ["/budgets", { name: "x", scope: { tenant: "nobody", endUser: "bob" }, limit: { usd: 1 } }, "scope.tenant"],
  ["/budgets", { name: "x", scope: { key: "0a1b2c3d4e5f" }, limit: { usd: 1 } }, "scope.key"],
  ["/budgets", { name: "x", scope: {}, limit: { usd: 1 }, window: "minute" }, "window"],
  ["/budgets", { name: "x", scope: {}, limit: { requests: 1 }, window: "minute", atLimit: "pass" }, "atLimit"],
  ["/budgets", { name: "x", scope: { endUser: "bob" }, limit: { usd: 1 } }, "scope.endUser"],
  ["/budgets", { name: "x", scope: {}, limit: { usd: 1 }, timeZone: "Mars/Olympus" }, "timeZone"],
] as const)("POST %s %j is refused with the field at fault", async (...[path, body, param]) => {
  expect(await call("POST", path, body)).toMatchObject({ status: 400, body: { error: { param } } });
});

test("statements, prices and the reconciliation of an empty register are empty", async () => {
  expect((await call("GET", "/statements?month=2026-11&timeZone=Europe/Berlin")).body).toMatchObject({
    from: "2026-10-31T23:00:00.000Z",
    to: "2026-11-30T23:00:00.000Z",
    total: { requests: 0, costPicoUsd: "0" },
    data: [],
  });
  expect(await call("GET", "/statements?month=2026-13")).toMatchObject({
    status: 400,
    body: { error: { param: "month" } },
  });
  expect((await call("GET", "/reconciliation")).body).toMatchObject({ agrees: true });
  expect(await call("GET", "/prices?catalogue=sha256:" + "0".repeat(64))).toMatchObject({ status: 404 });
});

test("costs of an empty register are nothing, as JSON and as CSV", async () => {
  expect((await call("GET", "/costs?by=team,model&from=2026-01-01")).body).toMatchObject({
    from: "2026-01-01T00:00:00.000Z",
    to: null,
    total: { requests: 0, costPicoUsd: "0" },
    data: [],
  });
  const csv = await fetch(`${rig.baseUrl}/admin/v1/costs?by=day,provider&format=csv`, {
    headers: { authorization: `Bearer ${rig.adminKey}` },
  });
  expect(csv.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  expect(await csv.text()).toBe(
    "day,provider,requests,unpriced,cost_usd,cost_pico_usd,abandoned,abandoned_estimate_pico_usd,input_tokens,output_tokens\r\n",
  );
  expect(await call("GET", "/costs?by=colour")).toMatchObject({ status: 400, body: { error: { param: "by.0" } } });
});
