import { createSecretKey, randomBytes } from "node:crypto";
import { createLogger, uuidv7 } from "@signalbox/kit";
import { openPostgres } from "@signalbox/kit/postgres";
import { Kysely, PostgresDialect, sql } from "kysely";
import { Pool } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createKey, type KeyDatabase } from "../../services/ingress/src/keys/index.ts";
import type { Principal } from "../../services/ingress/src/keys/key-ring.ts";
import { ContentSeal } from "../../services/ingress/src/responses/content-seal.ts";
import type { ResponseDatabase } from "../../services/ingress/src/responses/response-database.ts";
import { ResponseStore } from "../../services/ingress/src/responses/response-store.ts";
import { freshDatabase } from "../kit/postgres.ts";

const TENANT_MAX_BYTES = 4_000;
const KEPT = { response: { output: [], filling: "x".repeat(900) }, input: [] };

const pepper = randomBytes(32);
const log = createLogger("ingress", { logLevel: "error", instance: "test" });
const stack = new AsyncDisposableStack();
let owner: Kysely<KeyDatabase & ResponseDatabase>;
let store: ResponseStore;

beforeAll(async () => {
  const database = stack.use(await freshDatabase());
  const dialect = new PostgresDialect({ pool: new Pool({ connectionString: database.ownerUrl, max: 1 }) });
  owner = stack.use(new Kysely({ dialect }));
  for (const tenant of ["alice", "bob"]) {
    await createKey(owner.withTables<KeyDatabase>(), { tenant, role: "member", name: "k", pepper });
  }
  const postgres = { url: database.urlFor("ingress"), poolMax: 2 };
  const db = stack.use(openPostgres<ResponseDatabase>({ service: "ingress", postgres, log }));
  const config = { tenants: ["*" as const], ttlSeconds: 60, entryMaxBytes: 2_000, tenantMaxBytes: TENANT_MAX_BYTES };
  store = stack.use(new ResponseStore({ db, seal: new ContentSeal(pepper), config, log }));
});
afterAll(() => stack.disposeAsync());

const principalOf = (tenant: string): Principal => {
  return {
    keyId: "0a1b2c3d4e5f",
    tenant,
    role: "member",
    reach: "tenant",
    digestKey: createSecretKey(Buffer.alloc(32, tenant)),
  };
};
const askedOf = (id: string): { id: string; user: string } => ({ id, user: "" });
const newId = (): string => `resp_${uuidv7().replaceAll("-", "")}`;

async function heldBy(tenant: string): Promise<string[]> {
  const rows = await owner.selectFrom("stored_response").select("id").where("tenant", "=", tenant).execute();
  return rows.map(({ id }) => id).toSorted();
}

test("a tenant's oldest responses go when it has more than its share, and no other's", async () => {
  const ids: string[] = [];
  const bobs = newId();
  expect(await store.keep(principalOf("bob"), askedOf(bobs), KEPT)).toBe(true);
  for (let n = 0; n < 6; n += 1) {
    ids.push(newId());
    expect(await store.keep(principalOf("alice"), askedOf(ids[n]!), KEPT)).toBe(true);
  }
  await store.sweep();
  expect(await heldBy("alice")).toEqual(ids.slice(2).toSorted());
  expect(await heldBy("bob")).toEqual([bobs]);
  expect(await store.read(principalOf("alice"), ids[5]!)).toEqual(KEPT);
  expect(await store.read(principalOf("alice"), bobs)).toBeNull();
});

test("what is past its lifetime is swept away", async () => {
  const id = newId();
  await store.keep(principalOf("bob"), askedOf(id), KEPT);
  await sql`update stored_response set created_at = 'epoch', expires_at = now() where id = ${id}`.execute(owner);
  await store.sweep();
  expect(await heldBy("bob")).not.toContain(id);
});

test("a row that was put in another tenant's or another response's place is read by nobody", async () => {
  const [id, other] = [newId(), newId()];
  await store.keep(principalOf("bob"), askedOf(id), KEPT);
  await sql`update stored_response set id = ${other} where id = ${id}`.execute(owner);
  expect(await store.read(principalOf("bob"), other)).toBeNull();
  await sql`update stored_response set id = ${id}, tenant = 'alice' where id = ${other}`.execute(owner);
  expect(await store.read(principalOf("alice"), id)).toBeNull();
});
