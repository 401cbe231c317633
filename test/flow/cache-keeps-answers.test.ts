import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import { uuidv7 } from "@signalbox/kit";
import { CACHE_ERASED_SUBJECT, type ErasedAnswers } from "@signalbox/proto";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { KEY, openStore, OTHER_KEY, readAnswer, startCacheRig, storeAnswer, type CacheRig } from "./cache-rig.ts";

let rig: CacheRig;
let cache: Awaited<ReturnType<CacheRig["start"]>>;
let db: Client;
beforeAll(async () => {
  rig = await startCacheRig();
  await rig.listenAsPolicy();
  cache = await rig.start({ entryMaxBytes: 1_000_000 });
  db = new Client({ connectionString: rig.db.ownerUrl });
  await db.connect();
});
afterAll(async () => {
  await db.end();
  await cache[Symbol.asyncDispose]();
  await rig[Symbol.asyncDispose]();
});
let tenant = "tenant-0";
beforeEach(() => {
  tenant = `tenant-${Number(tenant.slice("tenant-".length)) + 1}`;
});

test("a cached answer is found and read back byte by byte", async () => {
  const body = Buffer.from(Array.from({ length: 700_000 }, (_, at) => at % 251));
  const stored = await storeAnswer(cache.client, { tenant, body });
  expect(stored.stored).toBe(true);
  const hit = await rig.lookUp({ tenant });
  expect(hit).toMatchObject({ status: "hit", entryId: stored.entryId, endpoint: "mock/model", ageSeconds: 0 });
  expect((await readAnswer(cache.client, { tenant, entryId: stored.entryId })).equals(body)).toBe(true);
});

test("B14 another tenant finds nothing under the same key and reads nothing by the entry's id", async () => {
  const { entryId } = await storeAnswer(cache.client, { tenant });
  expect(await rig.lookUp({ tenant: "bob" })).toEqual({ status: "miss" });
  await expect(readAnswer(cache.client, { tenant: "bob", entryId })).rejects.toMatchObject({ code: status.NOT_FOUND });
  expect((await rig.lookUp({ tenant })).status).toBe("hit");
});

test("B14 an answer that an operator erases is forgotten at once, and also where nobody could say so", async () => {
  const { entryId } = await storeAnswer(cache.client, { tenant });
  await db.query("delete from cache_entry where entry_id = $1", [entryId]);
  const operator = await rig.nats.connectAsOperator();
  operator.publish(CACHE_ERASED_SUBJECT, JSON.stringify({ entryIds: [entryId] } satisfies ErasedAnswers));
  await operator.flush();
  await operator.close();
  await expect.poll(() => rig.lookUp({ tenant })).toEqual({ status: "miss" });
  await expect(readAnswer(cache.client, { tenant, entryId })).rejects.toMatchObject({ code: status.NOT_FOUND });

  await using deaf = await rig.start({ sweepEveryMs: 100 });
  const other = await storeAnswer(deaf.client, { tenant, key: OTHER_KEY });
  await db.query("delete from cache_entry where entry_id = $1", [other.entryId]);
  await expect
    .poll(() => readAnswer(deaf.client, { tenant, entryId: other.entryId }).catch(({ code }) => code))
    .toBe(status.NOT_FOUND);
});

test("B14 an answer to a request that came before an erasure is not kept, and one to a later request is", async () => {
  const before = uuidv7();
  const user = "ada@example.org";
  await db.query("select erase($1, $2, null, $3, $4, $5)", [uuidv7(), tenant, user, uuidv7(0), uuidv7(Date.now() + 1)]);
  expect(await storeAnswer(cache.client, { tenant, requestId: before })).toEqual({ stored: false, entryId: "" });
  await expectNothingKept();
  await sleep(2);
  expect((await storeAnswer(cache.client, { tenant, requestId: uuidv7() })).stored).toBe(true);
  // Other tenants', and what a dispatcher hands over that does not say whose answer it is.
  expect((await storeAnswer(cache.client, { tenant: "zoe", requestId: before })).stored).toBe(true);
  expect((await storeAnswer(cache.client, { tenant, key: OTHER_KEY, requestId: "" })).stored).toBe(true);
});

test("B14 stores that are cancelled before all of the answer came keep nothing", async () => {
  // grpc-js shows a cancelled call to the server now as a broken one, now as one that has ended.
  for (let round = 0; round < 20; round += 1) {
    const { call, ended } = openStore(cache.client, { tenant, bodyBytes: 10_000, body: "the half of an answer" });
    await sleep(round % 5);
    call.cancel();
    await expect(ended).rejects.toMatchObject({ code: status.CANCELLED });
  }
  await expectNothingKept();
});

test("B14 a store whose sender is killed keeps nothing", async () => {
  const rigUrl = new URL("cache-rig.ts", import.meta.url).href;
  const program = `
    import { credentials } from "@grpc/grpc-js";
    import { CacheClient } from "@signalbox/proto/grpc/cache";
    const { openStore } = await import(${JSON.stringify(rigUrl)});
    const client = new CacheClient("127.0.0.1:${cache.ports.grpc}", credentials.createInsecure());
    openStore(client, { tenant: ${JSON.stringify(tenant)}, body: Buffer.alloc(300_000, "x"), bodyBytes: 400_000 });
    setTimeout(() => console.log("written"), 100);
    setTimeout(() => {}, 60_000);`;
  const sender = spawn(process.execPath, ["--input-type=module", "-e", program], {
    cwd: import.meta.dirname,
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(sender.stdout, "data");
  sender.kill("SIGKILL");
  expect(await once(sender, "exit")).toEqual([null, "SIGKILL"]);
  await expectNothingKept();
});

test("B14 a header alone and a body alone keep nothing", async () => {
  const { call, ended } = openStore(cache.client, { tenant, body: "" });
  call.end();
  await expect(ended).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  await expectNothingKept();
});

test("an answer beyond the limit is not kept", async () => {
  const stored = await storeAnswer(cache.client, { tenant, body: Buffer.alloc(1_000_001, "x") });
  expect(stored).toEqual({ stored: false, entryId: "" });
  await expectNothingKept();
});

test("the latest answer under a key stands, and the one before is still read by those who were given it", async () => {
  const first = await storeAnswer(cache.client, { tenant, body: "first" });
  const second = await storeAnswer(cache.client, { tenant, body: "second" });
  await storeAnswer(cache.client, { tenant, key: OTHER_KEY, body: "other" });
  expect(await rig.lookUp({ tenant })).toMatchObject({ status: "hit", entryId: second.entryId });
  expect((await readAnswer(cache.client, { tenant, entryId: second.entryId })).toString()).toBe("second");
  expect((await readAnswer(cache.client, { tenant, entryId: first.entryId })).toString()).toBe("first");
  const { rows } = await db.query("select body from cache_entry where tenant = $1 and key = $2", [tenant, KEY]);
  expect(rows).toEqual([{ body: Buffer.from("second") }]);
});

test("an entry is found until its time to live is over", async () => {
  await storeAnswer(cache.client, { tenant, ttlSeconds: 1 });
  expect((await rig.lookUp({ tenant })).status).toBe("hit");
  await sleep(1_050);
  expect(await rig.lookUp({ tenant })).toEqual({ status: "miss" });
});

test.each([
  ["an unknown caller", "nobody", status.UNAUTHENTICATED],
  ["policy", "policy", status.PERMISSION_DENIED],
])("%s may neither store nor read", async (_, caller, code) => {
  await expect(storeAnswer(cache.client, { tenant }, caller)).rejects.toMatchObject({ code });
  await expectNothingKept();
  const { entryId } = await storeAnswer(cache.client, { tenant });
  await expect(readAnswer(cache.client, { tenant, entryId, caller })).rejects.toMatchObject({ code });
});

test("ingress may not store and the dispatcher may not read", async () => {
  const code = status.PERMISSION_DENIED;
  await expect(storeAnswer(cache.client, { tenant }, "ingress")).rejects.toMatchObject({ code });
  const { entryId } = await storeAnswer(cache.client, { tenant });
  await expect(readAnswer(cache.client, { tenant, entryId, caller: "dispatcher" })).rejects.toMatchObject({ code });
});

test.each(["", "not-an-id", "01900000-0000-7000-8000-0000000000ff"])(
  "an unknown id %j is not found",
  async (entryId) => {
    await expect(readAnswer(cache.client, { tenant, entryId })).rejects.toMatchObject({ code: status.NOT_FOUND });
  },
);

async function expectNothingKept(): Promise<void> {
  // A commit that should not come would come within this time.
  await sleep(200);
  expect(await rig.lookUp({ tenant })).toEqual({ status: "miss" });
  const { rowCount } = await db.query("select 1 from cache_entry where tenant = $1", [tenant]);
  expect(rowCount).toBe(0);
}
