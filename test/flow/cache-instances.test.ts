import { setTimeout as sleep } from "node:timers/promises";
import { status } from "@grpc/grpc-js";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { KEY, OTHER_KEY, readAnswer, startCacheRig, storeAnswer, type CacheRig } from "./cache-rig.ts";

const THIRD_KEY = "c".repeat(64);

let rig: CacheRig;
beforeEach(async () => {
  rig = await startCacheRig();
  await rig.listenAsPolicy();
});
afterEach(() => rig[Symbol.asyncDispose]());

test("answers survive a restart", async () => {
  const first = await rig.start();
  const { entryId } = await storeAnswer(first.client, { body: "kept over the restart" });
  await first[Symbol.asyncDispose]();
  await using second = await rig.start();
  expect(await rig.lookUp({})).toMatchObject({ status: "hit", entryId });
  expect((await readAnswer(second.client, { tenant: "alice", entryId })).toString()).toBe("kept over the restart");
});

test("what one instance stores, another finds and reads", async () => {
  const first = await rig.start();
  await using second = await rig.start();
  const { entryId } = await storeAnswer(first.client, { body: "of the first" });
  // Only the second is left to answer, so the hit is its own.
  await first[Symbol.asyncDispose]();
  expect(await rig.lookUp({})).toMatchObject({ status: "hit", entryId });
  expect((await readAnswer(second.client, { tenant: "alice", entryId })).toString()).toBe("of the first");
});

test("of more answers than the index may know the latest used stay, and all bodies are still in Postgres", async () => {
  await using cache = await rig.start({ entriesMax: 2, memoryMaxBytes: 0 });
  const stored = [];
  for (const key of [KEY, OTHER_KEY, THIRD_KEY]) stored.push(await storeAnswer(cache.client, { key, body: key }));
  expect(await statuses()).toEqual(["miss", "hit", "hit"]);
  for (const [at, key] of [KEY, OTHER_KEY, THIRD_KEY].entries()) {
    const { entryId } = stored[at]!;
    expect((await readAnswer(cache.client, { tenant: "alice", entryId })).toString()).toBe(key);
  }
});

test("beyond the bound in Postgres the oldest answers go, and every instance forgets them", async () => {
  await using first = await rig.start({ maxBytes: 250_000, sweepEveryMs: 100 });
  await using _second = await rig.start({ maxBytes: 250_000 });
  const oldest = await storeAnswer(first.client, { key: KEY, body: Buffer.alloc(100_000, "x") });
  for (const key of [OTHER_KEY, THIRD_KEY]) {
    await sleep(5);
    await storeAnswer(first.client, { key, body: Buffer.alloc(100_000, "x") });
  }
  await vi.waitFor(async () => expect(await rowKeys()).toEqual([OTHER_KEY, THIRD_KEY]), { timeout: 5_000 });
  await sleep(50);
  // Either instance may take a lookup, so some of each are made.
  for (let round = 0; round < 5; round += 1) expect(await statuses()).toEqual(["miss", "hit", "hit"]);
  await expect(readAnswer(first.client, { tenant: "alice", entryId: oldest.entryId })).rejects.toMatchObject({
    code: status.NOT_FOUND,
  });
});

test("rows of answers that expired are deleted, a while after their last hit could be read", async () => {
  const owner = new Client({ connectionString: rig.db.ownerUrl });
  await owner.connect();
  await using cache = await rig.start({ sweepEveryMs: 50 });
  await storeAnswer(cache.client, { key: KEY });
  await storeAnswer(cache.client, { key: OTHER_KEY });
  await storeAnswer(cache.client, { key: THIRD_KEY });
  const expire =
    "update cache_entry set created_at = now() - interval '1 day', expires_at = now() - $1::interval where key = $2";
  await owner.query(expire, ["61 seconds", KEY]);
  await owner.query(expire, ["50 seconds", OTHER_KEY]);
  await vi.waitFor(async () => expect(await rowKeys()).toEqual([OTHER_KEY, THIRD_KEY]), { timeout: 5_000 });
  await owner.end();
});

function statuses(): Promise<string[]> {
  return Promise.all(
    [KEY, OTHER_KEY, THIRD_KEY].map(
      async (key) => (await rig.lookUp({ cache: { mode: "on", deterministic: true, key } })).status,
    ),
  );
}

async function rowKeys(): Promise<string[]> {
  const client = new Client({ connectionString: rig.db.urlFor("cache") });
  await client.connect();
  const { rows } = await client.query<{ key: string }>("select key from cache_entry order by key");
  await client.end();
  return rows.map((row) => row.key);
}
