import { setTimeout as sleep } from "node:timers/promises";
import { status as grpcStatus } from "@grpc/grpc-js";
import { SignalboxError } from "@signalbox/proto";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createKey } from "../../services/ingress/src/keys/index.ts";
import { openContentStore } from "./content-rig.ts";
import { startIngressRig, type IngressRig } from "./ingress-rig.ts";

/*
 * Goal: who administrates one tenant does everything in it and nothing beside it. The list of routes is the server's own:
 * a route of the operator's that is added must say here what it keeps an administrator of one tenant from.
 */

const HIDDEN = "carol";
/** A request of the other tenant's, whose content is retained. */
const REQUEST = "0190a0a0-0a0a-7a0a-8a0a-0a0a0a0a0a0a";

let rig: IngressRig;
const bobs = new Map<string, string>();
/** What there is of the other tenant, by the name that paths have for it. */
const carols: Record<string, string> = {};
beforeAll(async () => {
  rig = await startIngressRig({
    ledger: {
      get: (_call, reply) => {
        const error = new SignalboxError("not-found", "The register holds no such decision or request.");
        return reply({ code: grpcStatus.NOT_FOUND, details: JSON.stringify(error.toJSON()) });
      },
    },
  });
  for (const role of ["admin", "owner"] as const) {
    const { secretKey } = await createKey(rig.db, { tenant: "bob", role, name: `bob's ${role}`, pepper: rig.pepper });
    bobs.set(role, secretKey);
  }
  while ((await call(bobs.get("owner"), "GET /admin/v1/keys")).status !== 200) await sleep(20);
  for (const kind of ["teams", "projects", "users", "service-accounts"]) {
    await made(kind, { id: `${HIDDEN}-${kind}`, tenant: HIDDEN });
  }
  const key = { name: `${HIDDEN}-key`, tenant: HIDDEN, budget: { usd: 5, window: "month" }, lifetimeSeconds: 3_600 };
  carols["keys"] = String((await made("keys", key))["id"]);
  await made("budgets", { name: `${HIDDEN}-budget`, scope: { tenant: HIDDEN }, limit: { usd: 5 } });
  await made("budgets", { name: `all-of-${HIDDEN}`, scope: {}, limit: { usd: 5 } });
  await using content = openContentStore(rig);
  await content.keep(
    { tenant: HIDDEN, requestId: REQUEST, user: "" },
    { dialect: "openai-chat", request: HIDDEN, answer: "", isWhole: true },
  );
});
afterAll(() => rig[Symbol.asyncDispose]());

type Told = { status: number; text: string; body: Record<string, unknown> };

async function call(key: string | undefined, route: string, body?: unknown): Promise<Told> {
  const [method = "", path = ""] = route.split(" ");
  const response = await fetch(rig.baseUrl + path, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
  return { status: response.status, text, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {} };
}

async function made(kind: string, body: object): Promise<Record<string, unknown>> {
  const answer = await call(rig.adminKey, `POST /admin/v1/${kind}`, body);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body;
}

/** status: of what is asked of the other tenant. A list is answered, with nothing of it. */
type Expected = { readonly status: number; readonly path?: string; readonly body?: object };

const other = { tenant: HIDDEN };
const list: Expected = { status: 200 };
const ofTheLine: Expected = { status: 403, body: {} };
const FILES = { files: [{ name: "a.yaml", text: "planMax: 1" }] };

function identities(kind: string): Record<string, Expected> {
  const one = `/admin/v1/${kind}/${HIDDEN}-${kind}`;
  return {
    [`GET /admin/v1/${kind}`]: { status: 403, path: `/admin/v1/${kind}?tenant=${HIDDEN}` },
    [`POST /admin/v1/${kind}`]: { status: 403, body: { id: "mine", ...other } },
    [`PATCH /admin/v1/${kind}/:id`]: { status: 403, path: `${one}?tenant=${HIDDEN}`, body: { disabled: true } },
  };
}

/** Every route of the operator's, asked for what is the other tenant's. */
const KEPT_FROM: Readonly<Record<string, Expected>> = {
  ...Object.assign({}, ...["teams", "projects", "users", "service-accounts"].map(identities)),
  "GET /admin/v1/keys": list,
  "GET /admin/v1/keys/:id": { status: 404 },
  "POST /admin/v1/keys": { status: 403, body: { name: "mine", role: "admin", ...other } },
  "PATCH /admin/v1/keys/:id": { status: 404, body: { name: "mine" } },
  "DELETE /admin/v1/keys/:id": { status: 404 },
  "POST /admin/v1/keys/:id/rotate": { status: 404, body: {} },
  "POST /admin/v1/keys/:id/refresh": { status: 404, body: {} },
  "GET /v1/keys": list,
  "POST /v1/keys": { status: 403, body: { name: "mine", ...other } },
  "DELETE /v1/keys/:id": { status: 404 },
  "GET /admin/v1/budgets": list,
  "GET /admin/v1/budgets/:id": { status: 404 },
  "GET /admin/v1/budgets/:id/accounts": { status: 404 },
  "POST /admin/v1/budgets": { status: 403, body: { name: "mine", scope: other, limit: { usd: 1 } } },
  "PATCH /admin/v1/budgets/:id": { status: 404, body: { limit: { usd: 1 } } },
  "DELETE /admin/v1/budgets/:id": { status: 404 },
  "GET /admin/v1/costs": { ...list, path: "/admin/v1/costs?by=tenant,key" },
  "GET /admin/v1/statements": { ...list, path: "/admin/v1/statements?month=2026-01" },
  "GET /admin/v1/reconciliation": list,
  // One price list holds for all tenants; the rig has none.
  "GET /admin/v1/prices": { status: 404 },
  "GET /admin/v1/content": { status: 403, path: `/admin/v1/content?tenant=${HIDDEN}` },
  "GET /admin/v1/content/:id": { status: 404, path: `/admin/v1/content/${REQUEST}` },
  "DELETE /admin/v1/content/:id": { status: 404, path: `/admin/v1/content/${REQUEST}` },
  "POST /admin/v1/content/erase": { status: 403, body: other },
  "GET /admin/v1/policies": ofTheLine,
  "GET /admin/v1/policies/current": ofTheLine,
  "GET /admin/v1/policies/:digest": ofTheLine,
  "POST /admin/v1/policies": { status: 403, body: FILES },
  "POST /admin/v1/policies/check": { status: 403, body: FILES },
  "POST /admin/v1/policies/diff": { status: 403, body: FILES },
  "POST /admin/v1/policies/rollback": ofTheLine,
};

function operatorsRoutes(): string[] {
  return (
    rig.routes
      .filter(
        ({ path, access, methods }) =>
          /^\/(admin\/|v1\/keys)/.test(path) && access !== "public" && methods.length === 1,
      )
      // What GET keeps is kept of HEAD: it is the same handler.
      .filter(({ methods }) => methods[0] !== "HEAD")
      .map(({ methods, path }) => `${methods[0]} ${path}`)
  );
}

/** All that stands of the other tenant, as who runs the line sees it. */
async function carolsState(): Promise<string[]> {
  const kinds = ["teams", "projects", "users", "service-accounts"].map((kind) => `${kind}?tenant=${HIDDEN}`);
  const told = await Promise.all(
    [
      ...kinds,
      `keys/${carols["keys"]}`,
      `budgets/${HIDDEN}-budget`,
      `budgets/all-of-${HIDDEN}`,
      `content/${REQUEST}`,
    ].map((path) => call(rig.adminKey, `GET /admin/v1/${path}`)),
  );
  expect(told.map(({ status }) => status)).toEqual(told.map(() => 200));
  return told.map(({ text }) => text);
}

test("every route of the operator's says what it keeps an administrator of another tenant from", () => {
  expect(operatorsRoutes().filter((route) => !Object.hasOwn(KEPT_FROM, route))).toEqual([]);
  expect(Object.keys(KEPT_FROM).filter((route) => !operatorsRoutes().includes(route))).toEqual([]);
});

test("no administrator and no owner of one tenant sees, changes or makes anything of another", async () => {
  const before = await carolsState();
  const faults: string[] = [];
  for (const [role, key] of bobs) {
    for (const [route, { status, path, body }] of Object.entries(KEPT_FROM)) {
      const [method = "", pattern = ""] = route.split(" ");
      const kind = pattern.split("/")[pattern.startsWith("/v1") ? 2 : 3] ?? "";
      const names = kind === "budgets" ? [`${HIDDEN}-budget`, `all-of-${HIDDEN}`] : [carols[kind] ?? "none"];
      for (const name of names) {
        const told = await call(
          key,
          `${method} ${path ?? pattern.replace(/:\w+/, name)}`,
          method === "GET" ? undefined : body,
        );
        const isShown =
          told.status < 300 && (told.text.includes(HIDDEN) || told.text.includes(carols["keys"] ?? "none"));
        if (told.status !== status || isShown) faults.push(`${route} as ${role}: ${told.status} ${told.text}`);
      }
    }
  }
  expect(faults).toEqual([]);
  expect(await carolsState()).toEqual(before);
});

test("a key of another tenant is bound to no budget, and a budget of no tenant becomes one of the own", async () => {
  const key = bobs.get("admin");
  const foreign = { name: "bobs-foreign", scope: { key: carols["keys"] }, limit: { usd: 1 } };
  expect((await call(key, "POST /admin/v1/budgets", foreign)).status).toBe(404);
  const all = await call(key, "POST /admin/v1/budgets", { name: "bobs-all", scope: {}, limit: { usd: 1 } });
  expect(all).toMatchObject({ status: 201, body: { scope: { tenant: "bob" } } });
});

test("two tenants have a budget of the same name, and neither learns of the other's", async () => {
  const key = bobs.get("admin");
  const body = { name: "shared-name", scope: { team: "red" }, limit: { tokens: 5 } };
  for (const scope of [{ tenant: HIDDEN }, {}]) await made("budgets", { ...body, scope });
  const bobsOwn = await call(key, "POST /admin/v1/budgets", body);
  expect(bobsOwn).toMatchObject({ status: 201, body: { id: "bob/shared-name", name: "shared-name" } });
  expect((await call(key, "POST /admin/v1/budgets", body)).status).toBe(400);
  expect((await call(key, "GET /admin/v1/budgets/shared-name")).body).toEqual(bobsOwn.body);
  expect((await call(key, `GET /admin/v1/budgets/${encodeURIComponent(`${HIDDEN}/shared-name`)}`)).status).toBe(404);
  const reached = async (asked: string): Promise<unknown> =>
    (await call(rig.adminKey, `GET /admin/v1/budgets/${encodeURIComponent(asked)}`)).body["id"];
  expect(await reached("shared-name")).toBe("shared-name");
  expect(await reached("bob/shared-name")).toBe("bob/shared-name");
  expect((await call(rig.adminKey, "DELETE /admin/v1/budgets/shared-name")).body).toMatchObject({ id: "shared-name" });
  const several = await call(rig.adminKey, "GET /admin/v1/budgets/shared-name");
  expect(several.status).toBe(400);
  for (const tenant of ["bob", HIDDEN]) expect(several.text).toContain(`'${tenant}/shared-name'`);
  expect((await call(key, "DELETE /admin/v1/budgets/shared-name")).body).toMatchObject({ id: "bob/shared-name" });
  expect(await reached("shared-name")).toBe(`${HIDDEN}/shared-name`);
});

test("an administrator of one tenant does all of it in that tenant", async () => {
  const key = bobs.get("admin");
  const as = async (route: string, body?: object): Promise<Told> => {
    const told = await call(key, route.replace(" ", " /admin/v1"), body);
    if (told.status >= 300) throw new Error(`${route}: ${told.text}`);
    return told;
  };
  await as("POST /teams", { id: "red" });
  await as("POST /projects", { id: "p", team: "red" });
  await as("POST /users", { id: "u", project: "p" });
  await as("POST /service-accounts", { id: "s", project: "p", tenant: "bob" });
  await as("PATCH /users/u", { name: "Ursula" });
  const { body } = await as("POST /keys", { name: "k", role: "auditor", user: "u", limits: { rpm: 9 } });
  expect(body).toMatchObject({ tenant: "bob", role: "auditor", team: "red", project: "p" });
  const id = String(body["id"]);
  await as(`PATCH /keys/${id}`, { budget: { usd: 3, window: "day" } });
  await as(`POST /keys/${id}/rotate`, {});
  await as("POST /budgets", { name: "bobs-tokens", scope: { team: "red" }, limit: { tokens: 100 } });
  await as("PATCH /budgets/bobs-tokens", { limit: { tokens: 200 } });
  const { text } = await as("GET /budgets");
  for (const name of ["bobs-tokens", `key-${id}`]) expect(text).toContain(name);
  await as("DELETE /budgets/bobs-tokens");
  await as(`DELETE /keys/${id}`);
  const changes = rig.changes.filter(({ of }) => of === "bob");
  expect(new Set(changes.map(({ object }) => object))).toEqual(
    new Set(["team", "project", "user", "service-account", "virtual-key", "budget"]),
  );
});

test("an auditor of one tenant, made by its administrator, sees that tenant alone", async () => {
  const { body } = await call(bobs.get("admin"), "POST /admin/v1/keys", { name: "eyes", role: "auditor" });
  const eyes = String(body["secret"]);
  const keys = await call(eyes, "GET /admin/v1/keys");
  const { data } = keys.body as { data: { tenant: string }[] };
  expect(new Set(data.map(({ tenant }) => tenant))).toEqual(new Set(["bob"]));
  expect((await call(eyes, `GET /admin/v1/keys/${carols["keys"]}`)).status).toBe(404);
  expect((await call(eyes, "GET /admin/v1/policies")).status).toBe(403);
  expect((await call(eyes, `GET /v1/decisions?tenant=${HIDDEN}`)).status).toBe(403);
});

test("B13 a text that PostgreSQL cannot keep is the caller's mistake, and a name that holds it is of nothing", async () => {
  const key = bobs.get("admin");
  const bad = "a\u0000b";
  const told: [string, object?][] = [
    ["POST /v1/keys", { name: bad }],
    ["POST /admin/v1/keys", { name: "k", team: bad }],
    ["POST /admin/v1/teams", { id: bad }],
    ["POST /admin/v1/budgets", { name: "b", scope: { user: bad }, limit: { usd: 1 } }],
    ["GET /v1/decisions?reason=a%00b"],
    ["GET /admin/v1/statements?month=0000-01"],
  ];
  for (const [route, body] of told) expect([route, (await call(key, route, body)).status]).toEqual([route, 400]);
  for (const route of ["GET /admin/v1/keys/a%00", "DELETE /v1/keys/a%00", "PATCH /admin/v1/teams/a%00"])
    expect([route, (await call(key, route, route.startsWith("PATCH") ? {} : undefined)).status]).toEqual([route, 404]);
});

test("keys of other tenants, however many, keep none of the own out of a list", async () => {
  await sql`
    insert into virtual_key (id, tenant, name, role, hash, created_at)
    select lpad(to_hex(n), 12, '0'), ${HIDDEN}, 'many', 'member', decode(repeat('00', 32), 'hex'), '2020-01-01'
    from generate_series(1, 10000) as n`.execute(rig.db);
  const { body } = await call(bobs.get("admin"), "GET /v1/keys");
  const { data } = body as { data: { tenant: string }[] };
  expect(data.length).toBeGreaterThan(1);
  expect(new Set(data.map(({ tenant }) => tenant))).toEqual(new Set(["bob"]));
});
