import type { Lookup, RequestFacts } from "@signalbox/proto";
import { expect, test } from "vitest";
import { decisionInput, documents, endpoint, FACTS, health, NOW_MS } from "./__fixtures__/documents.ts";
import { decide } from "./decide.ts";

const HIT: Lookup = {
  status: "hit",
  entryId: "01990000-0000-7000-8000-000000000002",
  endpoint: "a/one",
  ageSeconds: 60,
  usage: {
    inputTokens: 1,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 1,
    reasoningTokens: 0,
    source: "reported",
  },
};
const ENDPOINTS = [endpoint("a/one"), endpoint("b/two")];
const SERVED = { kind: "serve-cached", entryId: HIT.entryId, endpoint: "a/one" };

test("a hit is served when its endpoint may answer the request", () => {
  expect(decide(decisionInput({ lookup: HIT }), documents(ENDPOINTS))).toMatchObject({
    cache: "hit",
    reason: "cache-hit",
    action: SERVED,
    propensities: [{ endpoint: "a/one", propensity: 1_000_000 }],
  });
});

test("a hit is served although its endpoint is not healthy", () => {
  const open = health(ENDPOINTS.map(({ id }) => ({ endpoint: id, openUntilMs: NOW_MS + 1 })));
  expect(decide(decisionInput({ lookup: HIT }), documents(ENDPOINTS, { health: open })).action).toEqual(SERVED);
});

test.each([
  ["its endpoint is denied", documents(ENDPOINTS, { policy: { deny: ["a/*"] } })],
  ["its endpoint left the catalogue", documents([endpoint("b/two")])],
  [
    "the policy serves none",
    documents(ENDPOINTS, { policy: { cache: { serve: false, store: true, ttlSeconds: 60 } } }),
  ],
])("a hit is routed on when %s (B14)", (_why, docs) => {
  const decision = decide(decisionInput({ lookup: HIT }), docs);
  expect(decision.cache).toBe("hit-not-allowed");
  expect(decision.action.kind).toBe("route");
});

test.each<[string, Partial<RequestFacts>, number | null]>([
  ["deterministic enough", {}, 3_600],
  ["not deterministic", { cache: { ...FACTS.cache, deterministic: false } }, null],
  ["not deterministic, but opted in", { cache: { ...FACTS.cache, deterministic: false, mode: "on" } }, 3_600],
  ["opted out", { cache: { ...FACTS.cache, mode: "off" } }, null],
  ["with tools", { tools: 1 }, null],
  ["with several choices", { choices: 2 }, null],
  ["without a key", { cache: { ...FACTS.cache, key: null } }, null],
])("an answer to a request that is %s is kept for %s seconds", (_which, facts, storeTtlSeconds) => {
  expect(decide(decisionInput({ facts }), documents(ENDPOINTS)).action).toMatchObject({ storeTtlSeconds });
});

test("a policy that stores nothing keeps no answer", () => {
  const docs = documents(ENDPOINTS, { policy: { cache: { serve: true, store: false, ttlSeconds: 60 } } });
  expect(decide(decisionInput(), docs).action).toMatchObject({ storeTtlSeconds: null });
});
