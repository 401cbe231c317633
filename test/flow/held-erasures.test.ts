import { createSecretKey, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createLogger, uuidv7 } from "@signalbox/kit";
import { openPostgres } from "@signalbox/kit/postgres";
import type { Kysely } from "kysely";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Config } from "../../services/ingress/src/config.ts";
import type { ContentStore, Erasure } from "../../services/ingress/src/content/content-store.ts";
import { createKey, type KeyDatabase } from "../../services/ingress/src/keys/index.ts";
import type { Principal } from "../../services/ingress/src/keys/key-ring.ts";
import { ContentSeal } from "../../services/ingress/src/responses/content-seal.ts";
import type { ResponseDatabase } from "../../services/ingress/src/responses/response-database.ts";
import { ResponseStore } from "../../services/ingress/src/responses/response-store.ts";
import { openContentStore } from "./content-rig.ts";
import { freshDatabase } from "../kit/postgres.ts";

/*
 * Goal: what came before an erasure and is written after it is not kept, whoever writes it and however late; what came
 * after it, and what it does not take, is.
 */

const ADA = "ada@example.org";
const BEA = "bea@example.org";
const SAID = { dialect: "openai-chat", request: "a", answer: "b", isWhole: true } as const;
const HOUR_MS = 3_600_000;
const PATIENCE = { timeout: 10_000, interval: 20 };

const stack = new AsyncDisposableStack();
const pepper = randomBytes(32);
const log = createLogger("ingress", { logLevel: "silent", instance: "test" });
let db: Kysely<KeyDatabase>;
/** The owner of the tables, as another who writes. */
let owner: Client;
let content: ContentStore;
let responses: ResponseStore;
let recorded: object[] = [];

beforeAll(async () => {
  const database = stack.use(await freshDatabase());
  owner = stack.adopt(new Client({ connectionString: database.ownerUrl }), (client) => client.end());
  await owner.connect();
  db = stack.use(
    openPostgres<KeyDatabase>({ service: "ingress", postgres: { url: database.urlFor("ingress"), poolMax: 2 }, log }),
  );
  for (const tenant of ["alice", "bob"]) await createKey(db, { tenant, role: "member", name: "k", pepper });
  content = stack.use(
    openContentStore({ db, pepper }, { record: (erasure) => Promise.resolve(void recorded.push(erasure)) }),
  );
  const config = { ...Config.shape.responses.parse(undefined), tenants: ["*" as const] };
  const seal = new ContentSeal(pepper);
  responses = stack.use(new ResponseStore({ db: db.withTables<ResponseDatabase>(), seal, config, log }));
});
afterAll(() => stack.disposeAsync());
beforeEach(async () => {
  recorded = [];
  await owner.query("delete from erasure");
});

const ALICE: Principal = {
  keyId: "0a1b2c3d4e5f",
  tenant: "alice",
  role: "member",
  reach: "tenant",
  digestKey: createSecretKey(randomBytes(32)),
};

/** Which of both is kept of a request that ends now. */
async function keptOf(requestId: string, { user = "", tenant = "alice" } = {}): Promise<string[]> {
  await content.keep({ tenant, requestId, user }, SAID);
  const asked = { id: `resp_${requestId.replaceAll("-", "")}`, user };
  const isStored = await responses.keep({ ...ALICE, tenant }, asked, { response: {}, input: [] });
  const isRetained = (await content.read(requestId)) !== null;
  return [...(isRetained ? ["content"] : []), ...(isStored ? ["response"] : [])];
}

async function erase(scope: Erasure["scope"], user: string | null = null): Promise<object> {
  const erased = await content.eraseEverywhere({ of: "alice", by: "somebody", scope }, user);
  // The next request has another millisecond.
  await sleep(2);
  return erased;
}

const byUser = { kind: "user", user: `hmac-sha256:${"0".repeat(64)}` } as const;
const BOTH = ["content", "response"];
const NOTHING = { erased: 0, cachedAnswers: 0, storedResponses: 0, labels: 0 };

test("of one end user nothing is kept that came before, and of others and of what comes after all", async () => {
  const [first, second, third] = [uuidv7(), uuidv7(), uuidv7()];
  expect(await erase(byUser, ADA)).toEqual(NOTHING);
  // It is in force for what is under way, so it stands in the register.
  expect(recorded).toMatchObject([{ of: "alice", scope: byUser, erased: 0 }]);
  expect(await keptOf(first, { user: ADA })).toEqual([]);
  expect(await keptOf(second, { user: BEA })).toEqual(BOTH);
  expect(await keptOf(third)).toEqual(BOTH);
  expect(await keptOf(uuidv7(), { user: ADA })).toEqual(BOTH);
  // The name itself stands nowhere in it.
  const { rows } = await owner.query<{ text: string }>("select e::text as text from erasure e");
  expect(rows.some(({ text }) => text.includes(ADA) || text.includes(Buffer.from(ADA).toString("hex")))).toBe(false);
});

test("of a tenant, of a request and of a time nothing is kept that came before", async () => {
  const [one, other] = [uuidv7(), uuidv7()];
  await erase({ kind: "request", requestId: one });
  expect(await keptOf(one)).toEqual([]);
  expect(await keptOf(other)).toEqual(BOTH);

  const [old, young] = [uuidv7(Date.now() - 2 * HOUR_MS), uuidv7()];
  await erase({ kind: "age", fromMs: Date.now() - 3 * HOUR_MS, beforeMs: Date.now() - HOUR_MS });
  expect(await keptOf(old)).toEqual([]);
  expect(await keptOf(young)).toEqual(BOTH);
  // A time that is to come takes nothing that is to come.
  await erase({ kind: "age", beforeMs: Date.now() + HOUR_MS });
  expect(await keptOf(uuidv7())).toEqual(BOTH);

  const [alices, bobs] = [uuidv7(), uuidv7()];
  await erase({ kind: "tenant" });
  expect(await keptOf(alices)).toEqual([]);
  expect(await keptOf(bobs, { tenant: "bob" })).toEqual(BOTH);
  expect(await keptOf(uuidv7())).toEqual(BOTH);
});

test("an erasure waits for what is being written and takes it", async () => {
  const requestId = uuidv7();
  await owner.query("begin");
  await owner.query("select is_erased('alice', $1, '')", [requestId]);
  await owner.query(
    "insert into stored_response (tenant, id, created_at, expires_at, sealed) values ('alice', $1, now(), now() + interval '1 day', $2)",
    [`resp_${requestId.replaceAll("-", "")}`, Buffer.alloc(29)],
  );
  const erasing = erase({ kind: "request", requestId });
  const waiting = "select 1 from pg_locks where locktype = 'advisory' and not granted";
  await expect.poll(async () => (await owner.query(waiting)).rowCount, PATIENCE).toBe(1);
  await owner.query("commit");
  expect(await erasing).toMatchObject({ storedResponses: 1 });
});

test("an erasure that cannot be recorded holds nobody back", async () => {
  await using unheard = openContentStore({ db, pepper }, { record: () => Promise.reject(new Error("Not now.")) });
  const requestId = uuidv7();
  const erasing = unheard.eraseEverywhere({ of: "alice", by: "somebody", scope: { kind: "tenant" } });
  await expect(erasing).rejects.toThrow("Not now.");
  expect(await keptOf(requestId)).toEqual(BOTH);
});

test("an erasure that is recorded and then not carried out can be made again, and holds for what is under way", async () => {
  const [kept, underWay] = [uuidv7(), uuidv7()];
  expect(await keptOf(kept)).toEqual(BOTH);
  await owner.query(`create function fail() returns trigger language plpgsql as $$ begin raise 'Not now.'; end $$`);
  await owner.query(`create constraint trigger fails after delete on retained_content deferrable initially deferred
    for each row execute function fail()`);
  await expect(erase({ kind: "tenant" })).rejects.toThrow("Not now.");
  await owner.query("drop trigger fails on retained_content");
  expect(recorded).toMatchObject([{ of: "alice", scope: { kind: "tenant" } }]);
  // The register says that it holds from its time on, and nobody can tell a commit that failed from one whose answer was lost.
  expect(await keptOf(underWay)).toEqual([]);
  expect((await content.read(kept))?.requestId).toBe(kept);
  expect(await erase({ kind: "tenant" })).toMatchObject({ storedResponses: expect.any(Number) });
  expect(await content.read(kept)).toBeNull();
  expect(recorded).toHaveLength(2);
});
