import { createSecretKey } from "node:crypto";
import { RequestFacts, SignalboxError } from "@signalbox/proto";
import { anything, assert as fcAssert, json as jsonText, oneof, property, record, uint8Array } from "fast-check";
import { expect, test } from "vitest";
import { readChatRequest, type ChatInput } from "./chat-request.ts";

const PRINCIPAL = {
  keyId: "0123456789ab",
  tenant: "alice",
  role: "member",
  reach: "tenant",
  digestKey: createSecretKey(Buffer.alloc(32, 7)),
} as const;
const CHAT = { model: "auto", messages: [{ role: "user", content: "Say hello." }], temperature: 0 };

function read(body: unknown, input: Partial<ChatInput> = {}): ReturnType<typeof readChatRequest> {
  return readChatRequest({
    requestId: "0199f0a2-5f1c-7c3e-9a64-0d8f1b2c3d4e",
    receivedAtMs: 1_795_000_000_000,
    startedMs: 0,
    principal: PRINCIPAL,
    headers: {},
    body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
    dialect: "openai-chat",
    envelope: null,
    audit: "async",
    cacheEnabled: true,
    ...input,
  });
}

test("the facts fit their contract and hold no word of the prompt", () => {
  const { facts } = read(
    { ...CHAT, user: "jane", metadata: { case: "4711" } },
    { headers: { "x-signalbox-tags": "red" } },
  );
  expect(RequestFacts.parse({ ...facts, attempt: 1 })).toMatchObject({ model: "auto", messages: 1, textChars: 10 });
  for (const word of ["hello", "jane", "4711", "red"]) expect(JSON.stringify(facts)).not.toContain(word);
});

test("the digest of a body is the same however it is written, and differs between tenants", () => {
  const { facts } = read(CHAT);
  const turned = JSON.stringify(Object.fromEntries(Object.entries(CHAT).toReversed()), null, 2);
  expect(read(turned).facts.bodyDigest).toBe(facts.bodyDigest);
  expect(read({ ...CHAT, seed: 1 }).facts.bodyDigest).not.toBe(facts.bodyDigest);
  const other = { ...PRINCIPAL, digestKey: createSecretKey(Buffer.alloc(32, 8)) };
  expect(read(CHAT, { principal: other }).facts.bodyDigest).not.toBe(facts.bodyDigest);
});

test("B14 the cache key covers the tenant and every field that can change the answer, and none that cannot", () => {
  const key = read(CHAT).facts.cache.key;
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(read({ ...CHAT, stream: true, user: "jane" }).facts.cache.key).toBe(key);
  expect(read(CHAT, { principal: { ...PRINCIPAL, tenant: "bob" } }).facts.cache.key).not.toBe(key);
  const changes = [{ model: "auto:cost" }, { seed: 1 }, { top_p: 0.5 }, { max_tokens: 7 }, { vendor_field: 1 }];
  for (const change of changes) expect(read({ ...CHAT, ...change }).facts.cache.key).not.toBe(key);
  const close = [{ role: "user", content: "Do not say hello." }];
  expect(read({ ...CHAT, messages: close }).facts.cache.key).not.toBe(key);
});

test("B14 calls with numbers that are one double have cache keys and digests of their own", () => {
  const facts = ["1234567890123456789", "1234567890123456788", '{"rawJSON":"1234567890123456789"}'].map((id) => {
    const call = `{"type":"tool_use","id":"c","name":"f","input":{"id":${id}}}`;
    const messages = `[{"role":"user","content":"Go"},{"role":"assistant","content":[${call}]}]`;
    const body = `{"model":"m","max_tokens":9,"temperature":0,"messages":${messages}}`;
    return read(body, { dialect: "anthropic-messages", headers: { "x-signalbox-cache": "on" } }).facts;
  });
  expect(new Set(facts.map(({ cache }) => cache.key)).size).toBe(3);
  expect(new Set(facts.map(({ bodyDigest }) => bodyDigest)).size).toBe(3);
});

test.each([
  { name: "temperature 0", body: CHAT, deterministic: true },
  { name: "a seed", body: { ...CHAT, temperature: 1, seed: 3 }, deterministic: true },
  { name: "free sampling", body: { ...CHAT, temperature: 1 }, deterministic: false },
  { name: "several choices", body: { ...CHAT, n: 2 }, deterministic: false },
  {
    name: "tools",
    body: { ...CHAT, tools: [{ type: "function", function: { name: "f", parameters: {} } }] },
    deterministic: false,
  },
])("with $name the rule finds a request deterministic: $deterministic", ({ body, deterministic }) => {
  const { cache } = read(body).facts;
  expect(cache).toMatchObject({ mode: "auto", deterministic });
  expect(cache.key !== null).toBe(deterministic);
});

test("a caller opts in and out of the cache by header, and the config's no is final", () => {
  const free = { ...CHAT, temperature: 1 };
  expect(read(free, { headers: { "x-signalbox-cache": "on" } }).facts.cache).toMatchObject({
    mode: "on",
    key: expect.any(String),
  });
  expect(read(CHAT, { headers: { "x-signalbox-cache": "off" } }).facts.cache).toMatchObject({ mode: "off", key: null });
  const closed = read(CHAT, { headers: { "x-signalbox-cache": "on" }, cacheEnabled: false });
  expect(closed.facts.cache).toMatchObject({ mode: "off", key: null });
});

test.each([
  ["", "The request has no body."],
  ["{", "The request's body is not valid JSON."],
  ['{"model":"auto","messages":[{"role":"user","content":"\\ud800 secret"}]}', "lone surrogate"],
  [
    `{"model":"auto","messages":[{"role":"user","content":"x"}],"x":${"[".repeat(1e5)}${"]".repeat(1e5)}}`,
    "nests deeper",
  ],
])("the body %.80j is refused without a word of it", (body, message) => {
  expect(() => read(body)).toThrowError(expect.objectContaining({ code: "invalid-request" }));
  expect(() => read(body)).toThrowError(message);
  expect(() => read(body)).not.toThrowError("secret");
});

test("whatever the bytes are, the answer is a request or invalid-request", () => {
  const anyBody = oneof(
    uint8Array().map((bytes) => Buffer.from(bytes)),
    jsonText().map((text) => Buffer.from(text)),
    record({ model: anything(), messages: anything(), n: anything(), metadata: anything() }).map((body) =>
      Buffer.from(JSON.stringify(body, (_, value: unknown) => (typeof value === "bigint" ? 1 : value))),
    ),
  );
  fcAssert(
    property(anyBody, (body) => {
      expect(["a request", "invalid-request"]).toContain(endOf(body));
    }),
  );
});

function endOf(body: Buffer): string {
  try {
    read("", { body });
    return "a request";
  } catch (error) {
    return error instanceof SignalboxError ? error.code : String(error);
  }
}

test("B9 facts say whose signed state a conversation carries, and none of it", () => {
  const encrypted = { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "c2VjcmV0" };
  const input = [{ role: "user", content: "Go on." }, encrypted];
  const { facts } = read({ model: "auto", input }, { dialect: "openai-responses" });
  const signedState = [{ wire: "openai-responses", kinds: ["encrypted"] }];
  expect(RequestFacts.parse({ ...facts, attempt: 1 })).toMatchObject({ signedState });
  expect(JSON.stringify(facts)).not.toContain("c2VjcmV0");
  expect(read(CHAT).facts).not.toHaveProperty("signedState");
});

test("B8 facts say when only a provider of the caller's own dialect can take the request", () => {
  const reference = { type: "item_reference", id: "msg_1" };
  const referring = read({ model: "auto", input: [reference] }, { dialect: "openai-responses" });
  expect(RequestFacts.parse({ ...referring.facts, attempt: 1 })).toMatchObject({ ownForm: true });
  expect(read({ model: "auto", input: "Hi" }, { dialect: "openai-responses" }).facts).not.toHaveProperty("ownForm");
});
