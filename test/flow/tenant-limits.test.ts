import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startIngressRig, type IngressRig } from "./ingress-rig.ts";

/*
 * Goal: nobody can fill the line's memory and tables by making things. What a tenant may have of each is bounded, the error names the
 * bound and what to do, and room that is made is room.
 */

let rig: IngressRig;
beforeAll(async () => {
  rig = await startIngressRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

type Told = { status: number; body: { id?: string; error?: { message: string; param: string } } };

async function call(method: string, path: string, body?: unknown): Promise<Told> {
  const headers = { authorization: `Bearer ${rig.adminKey}`, "content-type": "application/json" };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(rig.baseUrl + path, { method, headers, ...sent });
  return { status: response.status, body: (await response.json()) as Told["body"] };
}

async function expectFull(told: Promise<Told>, words: RegExp): Promise<void> {
  const { status, body } = await told;
  expect([status, body.error?.param]).toEqual([400, "tenant"]);
  expect(body.error?.message).toMatch(words);
}

test("a tenant has so many keys, those that are revoked do not count, and others' are no matter", async () => {
  const tenant = "full-of-keys";
  expect((await call("POST", "/v1/keys", { name: "first", tenant })).status).toBe(201);
  await sql`
    insert into virtual_key (id, tenant, name, role, hash)
    select lpad(n::text, 12, '0'), ${tenant}, 'filled', 'member', sha256(n::text::bytea)
    from generate_series(1, 9998) n`.execute(rig.db);
  // Two at once have room for one.
  const both = await Promise.all(
    ["a", "b"].map((name) => call("POST", "/admin/v1/keys", { name, tenant, role: "member" })),
  );
  expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 400]);
  const full = /has 10000 keys, and may have no more\. Revoke/;
  await expectFull(call("POST", "/admin/v1/keys", { name: "beyond", tenant, role: "member" }), full);
  await expectFull(call("POST", "/v1/keys", { name: "beyond", tenant }), full);
  expect((await call("POST", "/v1/keys", { name: "another's", tenant: "another" })).status).toBe(201);
  const made = both.find(({ status }) => status === 201)?.body.id ?? "";
  expect((await call("DELETE", `/v1/keys/${made}`)).status).toBe(200);
  expect((await call("POST", "/v1/keys", { name: "in its place", tenant })).status).toBe(201);
});

test("a tenant has so many teams, also where keys name new ones", async () => {
  const tenant = "full-of-teams";
  expect((await call("POST", "/admin/v1/teams", { id: "first", tenant })).status).toBe(201);
  await sql`
    insert into identity (tenant, kind, id, name, created_by)
    select ${tenant}, 'team', 'team-' || n, 'filled', 'test' from generate_series(1, 9999) n`.execute(rig.db);
  const full = /has 10000 teams, and may have no more/;
  await expectFull(call("POST", "/admin/v1/teams", { id: "beyond", tenant }), full);
  await expectFull(call("POST", "/admin/v1/keys", { name: "k", tenant, role: "member", team: "beyond" }), full);
  expect((await call("POST", "/admin/v1/keys", { name: "k", tenant, role: "member", team: "team-7" })).status).toBe(
    201,
  );
  expect((await call("POST", "/admin/v1/users", { id: "a-user", tenant })).status).toBe(201);
});

test.each([{ tenant: "full-of-budgets" }, {}])("there are so many budgets with the scope %j", async (scope) => {
  const body = (name: string): object => ({ name, scope, limit: { usd: 5 } });
  if (scope.tenant !== undefined) await call("POST", "/admin/v1/teams", { id: "first", tenant: scope.tenant });
  const first = await call("POST", "/admin/v1/budgets", body("first"));
  expect(first.status).toBe(201);
  const template = String(first.body.id);
  await sql`
    insert into budget (id, tenant, kind, unit, amount, span, time_zone, alert_shares, created_by)
    select id || '-' || n, tenant, kind, unit, amount, span, time_zone, alert_shares, created_by
    from budget, generate_series(1, 999) n where id = ${template}`.execute(rig.db);
  await expectFull(
    call("POST", "/admin/v1/budgets", body("beyond")),
    /has 1000 budgets and limits, and may have no more/,
  );
  expect((await call("DELETE", `/admin/v1/budgets/${encodeURIComponent(template)}`)).status).toBe(200);
  expect((await call("POST", "/admin/v1/budgets", body("next"))).status).toBe(201);
});
