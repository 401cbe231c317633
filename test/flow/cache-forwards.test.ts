import { afterAll, beforeAll, expect, test } from "vitest";
import { KEY, startCacheRig, storeAnswer, type CacheRig } from "./cache-rig.ts";

let rig: CacheRig;
beforeAll(async () => {
  rig = await startCacheRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

test("with no policy running the caller gets a typed failure at once", async () => {
  await using _cache = await rig.start();
  const startedMs = performance.now();
  const answered = await rig.send({ requestId: "01900000-0000-7000-8000-000000000001", attempt: 2 });
  expect(performance.now() - startedMs).toBeLessThan(1_000);
  expect(answered).toMatchObject({
    kind: "reply",
    reply: {
      kind: "failed",
      requestId: "01900000-0000-7000-8000-000000000001",
      attempt: 2,
      decisionId: null,
      error: { code: "stage-unavailable", details: { stage: "policy" } },
    },
  });
});

test("a lookup reaches policy with facts, route and classification as they came", async () => {
  await rig.listenAsPolicy();
  await using cache = await rig.start();
  const answered = await rig.send({ model: "auto:cost" });
  expect(answered).toMatchObject({
    kind: "decide",
    item: {
      facts: { model: "auto:cost", tenant: "alice" },
      route: { replyTo: "_INBOX_ingress.test" },
      classification: { task: "chat" },
      lookup: { status: "miss" },
      cacheAddress: `127.0.0.1:${cache.ports.grpc}`,
      timing: { classifyUs: 7 },
    },
  });
});

test("what the cache is not asked about is passed on as off, with no place to read or store", async () => {
  await using _cache = await rig.start();
  const answered = await rig.send({ cache: { mode: "off", deterministic: true, key: KEY } });
  expect(answered).toMatchObject({ kind: "decide", item: { lookup: { status: "off" }, cacheAddress: null } });
});

test("a cache that is switched off needs no Postgres and passes everything on as off", async () => {
  await using cache = await rig.start({ enabled: false, postgres: { url: "postgres://127.0.0.1:1/none" } });
  const answered = await rig.send({ cache: { mode: "on", deterministic: true, key: KEY } });
  expect(answered).toMatchObject({ kind: "decide", item: { lookup: { status: "off" }, cacheAddress: null } });
  expect(cache.ports).toEqual({});
});

test("without Postgres requests pass as misses, and keeping an answer fails", async () => {
  await using cache = await rig.start({ logLevel: "silent", postgres: { url: "postgres://127.0.0.1:1/none" } });
  expect(await rig.lookUp({})).toEqual({ status: "miss" });
  await expect(storeAnswer(cache.client)).rejects.toThrow("internal");
  expect(await rig.lookUp({})).toEqual({ status: "miss" });
});
