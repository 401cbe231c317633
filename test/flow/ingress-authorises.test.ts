import { setTimeout as sleep } from "node:timers/promises";
import { ROLES, type Role } from "@signalbox/proto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { may } from "../../services/ingress/src/identity/authorise.ts";
import { type Access, RIGHTS } from "../../services/ingress/src/identity/right.ts";
import { createKey } from "../../services/ingress/src/keys/index.ts";
import { startIngressRig, type IngressRig } from "./ingress-rig.ts";

/*
 * Goal: no route answers without the right that it declares. The list of routes is the server's own, so a route that is
 * added is tried here as well; one that declares nothing cannot be added.
 */

let rig: IngressRig;
const keys = new Map<Role, string>();
beforeAll(async () => {
  rig = await startIngressRig();
  for (const role of ROLES) {
    const { secretKey } = await createKey(rig.db, { tenant: "alice", role, name: role, pepper: rig.pepper });
    keys.set(role, secretKey);
  }
  while ((await statusOf("GET", "/v1/models", keys.get("member"))) !== 200) await sleep(20);
});
afterAll(() => rig[Symbol.asyncDispose]());

type Told = { status: number; code: string | null; message: string };

async function call(method: string, path: string, key?: string): Promise<Told> {
  const url = rig.baseUrl + path.replaceAll(/:\w+/g, "0a0a0a0a0a0a").replaceAll("*", "some/model");
  const body = method === "GET" || method === "DELETE" ? {} : { body: "{}" };
  const headers = {
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    ...(method === "GET" || method === "DELETE" ? {} : { "content-type": "application/json" }),
  };
  const response = await fetch(url, { method, headers, ...body });
  if (response.headers.get("content-type")?.startsWith("text/event-stream") === true) {
    await response.body?.cancel();
    return { status: response.status, code: null, message: "" };
  }
  const text = await response.text();
  // Each dialect has its own form of an error; all say the same message.
  const { error } = (response.ok ? {} : JSON.parse(text)) as { error?: { code?: unknown; message?: string } };
  const code = typeof error?.code === "string" ? error.code : null;
  return { status: response.status, code, message: error?.message ?? "" };
}

async function statusOf(method: string, path: string, key?: string): Promise<number> {
  return (await call(method, path, key)).status;
}

type OneRoute = { method: string; path: string; access: Access };

/** Without those that tell for a path which methods it has not. */
function all(): OneRoute[] {
  return rig.routes.flatMap(({ methods: [method = "", ...others], path, access }) =>
    others.length === 0 ? [{ method, path, access }] : [],
  );
}

/** HEAD is GET without a body, and is compared with that. */
function single(): OneRoute[] {
  return all().filter(({ method }) => method !== "HEAD");
}

async function probe(method: string, path: string, role: Role | null): Promise<object> {
  const headers = role === null ? {} : { authorization: `Bearer ${keys.get(role)}` };
  const response = await fetch(rig.baseUrl + path.replaceAll(/:\w+/g, "x"), { method, headers });
  const text = await response.text();
  return { status: response.status, type: response.headers.get("content-type"), text };
}

const FEEDS = ["/v1/events", "/v1/replays/:id/events"];

const NEEDS = "This needs the right '";

describe("every route of the server", () => {
  test("is public only where that is meant", async () => {
    const open = single().filter(({ access }) => access === "public");
    expect(open.map(({ path }) => path).toSorted()).toEqual([
      "/admin/v1/openapi.json",
      "/healthz",
      "/metrics",
      "/readyz",
    ]);
    expect(await Promise.all(open.map(({ method, path }) => statusOf(method, path)))).toEqual([200, 200, 200, 200]);
  });

  test("refuses who says nothing, who says something else, and every role that has not its right", async () => {
    const wrong = [undefined, "sk-sb-0a0a0a0a0a0a-nothing", `${keys.get("owner")}x`];
    const faults: string[] = [];
    const tried = { refused: 0, answered: 0 };
    for (const { method, path, access } of single()) {
      if (access === "public") continue;
      const unknown = await Promise.all(wrong.map((key) => statusOf(method, path, key)));
      if (unknown.some((status) => status !== 401)) faults.push(`${method} ${path} without a key: ${unknown.join()}`);
      const told = await Promise.all(
        ROLES.map(async (role) => ({ role, ...(await call(method, path, keys.get(role))) })),
      );
      for (const { role, status, message } of told) {
        const isRefused = status === 403 && message.includes(`${NEEDS}${access}'`);
        const isMeant = may({ role, reach: "line" }, access);
        tried[isMeant ? "answered" : "refused"] += 1;
        if (isRefused === isMeant || status === 401) faults.push(`${method} ${path} as ${role}: ${status} ${message}`);
      }
    }
    expect(faults).toEqual([]);
    expect(tried.refused).toBeGreaterThan(50);
    expect(tried.answered).toBeGreaterThan(100);
  });

  test("that is asked by GET is asked by HEAD as well, with the same answer but for its body", async () => {
    const heads = all().filter(({ method }) => method === "HEAD");
    const gets = single().filter(({ method, path }) => method === "GET" && !FEEDS.includes(path));
    expect(heads.map(({ path }) => path).toSorted()).toEqual(gets.map(({ path }) => path).toSorted());
    for (const { path } of heads) {
      for (const role of [null, "member", "owner"] as const) {
        const head = await probe("HEAD", path, role);
        expect([path, head]).toEqual([path, { ...(await probe("GET", path, role)), text: "" }]);
      }
    }
  });

  test("of the operator's API is closed to members, and what changes something to auditors", () => {
    const guarded = single().filter(({ access }) => access !== "public" && access !== "renew-key");
    const openTo = (role: Role): string[] =>
      guarded
        .filter(({ access }) => access !== "public" && may({ role, reach: "line" }, access))
        .map(({ method, path }) => `${method} ${path}`);
    expect(openTo("member").filter((route) => / \/(admin\/|v1\/keys)/.test(route))).toEqual([]);
    const changing = openTo("auditor").filter((route) => !route.startsWith("GET "));
    expect(changing.toSorted()).toEqual([
      "DELETE /v1/replays/:id",
      "POST /v1/decisions/:id/replay",
      "POST /v1/replays",
    ]);
  });

  test("needs a right that is asked for somewhere, or that widens another one", () => {
    const asked = new Set(rig.routes.map(({ access }) => access));
    expect(RIGHTS.filter((right) => !asked.has(right))).toEqual(["reach-all-tenants", "manage-owners"]);
  });
});

test("a method that no route takes is refused before anybody is asked who they are", async () => {
  const others = rig.routes.filter(({ methods }) => methods.length > 1);
  const asked = others.map(({ methods, path }) =>
    statusOf(methods.find((each) => !["HEAD", "OPTIONS"].includes(each)) ?? "", path),
  );
  expect(new Set(await Promise.all(asked))).toEqual(new Set([405]));
});

test("only an owner makes and touches keys of owners, but for the first one", async () => {
  const as = async (role: Role, route: string, body: object = {}): Promise<Told & { id: string }> => {
    const [method = "", path = ""] = route.split(" ");
    const response = await fetch(rig.baseUrl + path, {
      method,
      headers: { authorization: `Bearer ${keys.get(role)}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const { id = "", error } = (await response.json()) as { id?: string; error?: { code: string; message: string } };
    return { status: response.status, code: error?.code ?? null, message: error?.message ?? "", id };
  };
  const body = { name: "another", role: "owner" };
  expect(await as("admin", "POST /admin/v1/keys", body)).toMatchObject({ status: 403 });
  const { id } = await as("owner", "POST /admin/v1/keys", body);
  const touching = [
    `PATCH /admin/v1/keys/${id}`,
    `DELETE /admin/v1/keys/${id}`,
    `DELETE /v1/keys/${id}`,
    `POST /admin/v1/keys/${id}/rotate`,
    `POST /admin/v1/keys/${id}/refresh`,
  ];
  const told = await Promise.all(touching.map((route) => as("admin", route)));
  expect(told.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
  expect(await as("owner", `DELETE /admin/v1/keys/${id}`)).toMatchObject({ status: 200 });
  await rig.db.updateTable("virtual_key").set({ revoked_at: new Date() }).where("role", "=", "owner").execute();
  expect(await as("admin", "POST /admin/v1/keys", body)).toMatchObject({ status: 201 });
  expect(await as("admin", "POST /admin/v1/keys", body)).toMatchObject({ status: 403 });
});
