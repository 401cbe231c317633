import { NO_USAGE } from "@signalbox/proto";
import type { CacheEntryHeader, CacheStoreRequest } from "@signalbox/proto/grpc/cache";
import { expect, test } from "vitest";
import { createReceiver } from "./receive-answer.ts";

const LIMITS = { entryMaxBytes: 10, inFlightMaxBytes: 15 };

test("a header and a body in pieces become one answer", async () => {
  const answer = await createReceiver(LIMITS)(partsOf(header(), body("abc"), body("def")));
  expect(answer).toMatchObject({ tenant: "alice", endpoint: "mock/model", ttlSeconds: 60, usage: NO_USAGE });
  expect(answer).toHaveProperty("body", Buffer.from("abcdef"));
});

test("B14 an answer that breaks off is rejected with what broke it", async () => {
  await expect(createReceiver(LIMITS)(brokenAfter(header(), body("abc")))).rejects.toThrow("the stream broke");
});

test("B14 an answer that ends before all of it came is refused", async () => {
  const parts = partsOf(header(), body("abc"), body("de"));
  await expect(createReceiver(LIMITS)(parts)).rejects.toMatchObject({ code: "invalid-request" });
});

test.each([
  ["nothing at all", []],
  ["no body", [header()]],
  ["an empty body", [header({ bodyBytes: 0 }), body("")]],
  ["a longer body than announced", [header(), body("1234567")]],
  ["no header", [body("abcdef")]],
  ["the header after the body", [body("abcdef"), header()]],
  ["two headers", [header(), header(), body("abcdef")]],
  ["a key that is none", [header({ key: "short" }), body("abcdef")]],
  ["a tenant that is none", [header({ tenant: "../alice" }), body("abcdef")]],
  ["no time to live", [header({ ttlSeconds: 0 }), body("abcdef")]],
  ["a usage that is no JSON", [header({ usageJson: "{" }), body("abcdef")]],
  ["a usage of another shape", [header({ usageJson: '{"inputTokens":-1}' }), body("abcdef")]],
])("%s is refused as an invalid request", async (_, parts) => {
  await expect(createReceiver(LIMITS)(partsOf(...parts))).rejects.toMatchObject({ code: "invalid-request" });
});

test("an answer beyond the limit is read to its end and reported as too large", async () => {
  const parts = partsOf(header(), body("123456"), body("78901"), body("2"));
  expect(await createReceiver(LIMITS)(parts)).toBe("too-large");
  expect((await parts.next()).done).toBe(true);
});

test("all transfers under way are bounded together, and what has ended counts no more", async () => {
  const receive = createReceiver(LIMITS);
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const first = receive(heldAfter(released, header({ bodyBytes: 9 }), body("123456789")));
  expect(await receive(partsOf(header(), body("123456789")))).toBe("too-large");
  release();
  expect(await first).toHaveProperty("body");
  await expect(receive(brokenAfter(header(), body("123456789")))).rejects.toThrow("the stream broke");
  expect(await receive(partsOf(header({ bodyBytes: 10 }), body("1234567890")))).toHaveProperty("body");
});

function header(fields: Partial<CacheEntryHeader> = {}): CacheStoreRequest {
  const value = {
    tenant: "alice",
    requestId: "01900000-0000-7000-8000-000000000001",
    key: "a".repeat(64),
    endpoint: "mock/model",
    dialect: "openai-chat",
    ttlSeconds: 60,
    usageJson: JSON.stringify(NO_USAGE),
    bodyBytes: 6,
    ...fields,
  };
  return { part: { $case: "header", value } };
}

function body(text: string): CacheStoreRequest {
  return { part: { $case: "body", value: Buffer.from(text) } };
}

async function* partsOf(...parts: CacheStoreRequest[]): AsyncGenerator<CacheStoreRequest> {
  yield* parts;
}

async function* brokenAfter(...parts: CacheStoreRequest[]): AsyncGenerator<CacheStoreRequest> {
  yield* parts;
  throw new Error("the stream broke");
}

async function* heldAfter(released: Promise<void>, ...parts: CacheStoreRequest[]): AsyncGenerator<CacheStoreRequest> {
  yield* parts;
  await released;
}
