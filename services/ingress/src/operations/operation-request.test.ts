import { createSecretKey } from "node:crypto";
import { ClassifyItem, RequestFacts, SignalboxError, VIEW_MAX_BYTES } from "@signalbox/proto";
import { expect, test } from "vitest";
import { boundedText } from "./bounded-text.ts";
import { nameServing } from "./name-serving.ts";
import { type OperationInput, readOperationRequest } from "./operation-request.ts";

const PRINCIPAL = {
  keyId: "0123456789ab",
  tenant: "alice",
  role: "member",
  reach: "tenant",
  digestKey: createSecretKey(Buffer.alloc(32, 7)),
} as const;

function read(body: object, input: Partial<OperationInput> = {}): ReturnType<typeof readOperationRequest> {
  return readOperationRequest({
    requestId: "0199f0a2-5f1c-7c3e-9a64-0d8f1b2c3d4e",
    receivedAtMs: 1_795_000_000_000,
    startedMs: 0,
    principal: PRINCIPAL,
    headers: {},
    body: Buffer.from(JSON.stringify(body)),
    operation: "embeddings",
    dialect: "openai-chat",
    envelope: null,
    audit: "async",
    cacheEnabled: true,
    ...input,
  });
}

const EMBED = { model: "m", input: "the station master", user: "jane" };

test("the facts fit their contract and hold no word of what was said", () => {
  const { facts, labels } = read(EMBED);
  expect(RequestFacts.parse({ ...facts, attempt: 1 })).toMatchObject({
    operation: "embeddings",
    textChars: 18,
    maxOutputTokens: 0,
    messages: 0,
  });
  for (const word of ["station", "jane"]) expect(JSON.stringify(facts)).not.toContain(word);
  expect(labels).toEqual({ user: "jane" });
});

test("B14 the cache key covers the tenant and the operation's fields, and not who asked", () => {
  const { key } = read(EMBED).facts.cache;
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(read({ ...EMBED, user: "joe", encoding_format: "float" }).facts.cache.key).toBe(key);
  for (const change of [{ dimensions: 8 }, { encoding_format: "base64" }, { model: "n" }, { input: ["x"] }]) {
    expect(read({ ...EMBED, ...change }).facts.cache.key).not.toBe(key);
  }
  expect(read(EMBED, { principal: { ...PRINCIPAL, tenant: "bob" } }).facts.cache.key).not.toBe(key);
  expect(read(EMBED, { cacheEnabled: false }).facts.cache).toMatchObject({ mode: "off", key: null });
});

test("an answer that differs each time is never kept, even when its caller asks for it", () => {
  const input = { operation: "images", headers: { "x-signalbox-cache": "on" } } as const;
  expect(read({ prompt: "a box" }, input).facts.cache).toMatchObject({ deterministic: false, key: null });
});

test("the text that travels is cut between characters", () => {
  const { lastUser, truncated } = boundedText("ü".repeat(VIEW_MAX_BYTES), VIEW_MAX_BYTES - 1);
  expect(truncated).toBe(true);
  expect(Buffer.byteLength(lastUser)).toBe(VIEW_MAX_BYTES - 2);
  expect(boundedText("short", VIEW_MAX_BYTES)).toEqual({ lastUser: "short", truncated: false });
  const { view } = read({ ...EMBED, input: ["a".repeat(100_000), "b"] });
  expect(ClassifyItem.shape.view.parse(view).truncated).toBe(true);
});

const MISSING = new SignalboxError("model-not-found", "There is no such model.", { details: { param: "model" } });

test("a model that is missing is told of with those that serve, or else with those that would", () => {
  const known = { operation: "embeddings", serving: ["a/small"], offers: ["b/large (set B_KEY)"] } as const;
  expect(nameServing(MISSING, known).message).toContain("a/small");
  expect(nameServing(MISSING, { ...known, serving: [] }).message).toContain("b/large (set B_KEY)");
  expect(nameServing(MISSING, known)).toMatchObject({ code: "model-not-found", details: { param: "model" } });
  const other = new SignalboxError("overloaded", "Later.");
  expect(nameServing(other, known)).toBe(other);
});

test("a long list is cut", () => {
  const serving = Array.from({ length: 40 }, (_, index) => `a/model-${index}`);
  expect(nameServing(MISSING, { operation: "rerank", serving, offers: [] }).message).toMatch(/ and 28 more\.$/);
});
