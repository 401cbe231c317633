import { request } from "node:http";
import { connect } from "node:net";
import { assert as fcAssert, asyncProperty, constantFrom, integer, oneof, string as anyText } from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHAT, startIngressRig, type IngressRig } from "./ingress-rig.ts";

const BODY_MAX_BYTES = 64 * 1024;

let rig: IngressRig;
beforeAll(async () => {
  const limits = { bodyMaxBytes: BODY_MAX_BYTES, bodiesMaxBytes: 2 * BODY_MAX_BYTES, inFlightMax: 2 };
  const http = { port: 0, bodyTimeoutMs: 300, ...limits };
  rig = await startIngressRig({}, { http });
});
afterAll(() => rig[Symbol.asyncDispose]());

const OPENAI_ERROR = {
  error: { message: expect.any(String), type: expect.any(String), param: null, code: expect.any(String) },
};

async function call(
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; headers: Headers; body: unknown }> {
  const response = await fetch(rig.baseUrl + path, init);
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const bearer = (key: string): { authorization: string } => ({ authorization: `Bearer ${key}` });

test("a line without a classifier is a typed 503 within 100 ms, with its outcome recorded", async () => {
  await rig.post(CHAT);
  const startedMs = performance.now();
  const response = await rig.post(
    { ...CHAT, user: "u-1", metadata: { team: "red" } },
    { headers: { "x-signalbox-tags": "a, b" } },
  );
  const elapsedMs = performance.now() - startedMs;
  expect(response.status).toBe(503);
  expect(elapsedMs).toBeLessThan(100);
  expect(response.headers.get("retry-after")).toBe("1");
  expect(await response.json()).toMatchObject({ error: { code: "stage_unavailable" } });
  const { event, labels } = await rig.outcomeOf(response.headers.get("x-request-id")!);
  expect(event).toMatchObject({ result: "failed", error: "stage-unavailable", stage: "classifier", decisionId: null });
  expect(labels).toEqual({ user: "u-1", metadata: { team: "red" }, tags: ["a", "b"] });
});

test("what is not answered is an OpenAI error with a request id: unknown URL, wrong method, broken URL", async () => {
  const unknown = await call("/v1/nothing");
  expect(unknown).toMatchObject({ status: 404, body: OPENAI_ERROR });
  expect(unknown.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  const method = await call("/v1/chat/completions", { method: "PUT", body: "{}" });
  expect(method).toMatchObject({ status: 405, body: OPENAI_ERROR });
  expect(method.headers.get("allow")).toBe("POST");
  // `fetch` does not ask for an upgrade.
  const { promise: status, resolve } = Promise.withResolvers<number | undefined>();
  const headers = { connection: "Upgrade", upgrade: "websocket" };
  request(`${rig.baseUrl}/v1/responses`, { headers }, (answer) => resolve(answer.resume().statusCode)).end();
  expect(await status).toBe(426);
  // Anthropic's SDK reads the request's id from a header of its own name, on what never reached the line too.
  const anthropic = await call("/v1/messages/batches", { headers: { "anthropic-version": "2023-06-01" } });
  expect(anthropic).toMatchObject({
    status: 404,
    body: {
      type: "error",
      error: { type: "not_found_error", message: expect.stringContaining("messages/batches") as string },
    },
  });
  expect(anthropic.headers.get("request-id")).toBe(anthropic.headers.get("x-request-id"));
  expect(await call("/v1/models/%zz")).toMatchObject({ status: 400, body: OPENAI_ERROR });
});

test("bytes that are no HTTP get an OpenAI error on the socket", async () => {
  const socket = connect(Number(new URL(rig.baseUrl).port), "127.0.0.1");
  socket.write("NONSENSE\r\n\r\n");
  const text = Buffer.concat(await Array.fromAsync(socket as AsyncIterable<Buffer>)).toString();
  expect(text).toMatch(/^HTTP\/1\.1 400 /);
  expect(JSON.parse(text.split("\r\n\r\n")[1]!)).toEqual(OPENAI_ERROR);
});

test("headers that are too long are called so", async () => {
  const headers = { ...bearer(rig.memberKey), "x-long": "a".repeat(20_000) };
  const answer = await call("/v1/models", { headers });
  expect(answer).toMatchObject({ status: 400, body: OPENAI_ERROR });
  expect(JSON.stringify(answer.body)).toContain("headers are larger than 16384 bytes");
});

describe("bodies", () => {
  test.each([
    ["malformed JSON", "{", 400],
    ["JSON that is no object", "[]", 400],
    ["a missing field", '{"model":"auto"}', 400],
    ["a body over the limit", JSON.stringify({ ...CHAT, x: "a".repeat(BODY_MAX_BYTES) }), 413],
  ])("%s is refused", async (_name, body, status) => {
    const response = await rig.post(body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { type: "invalid_request_error" } });
  });

  test("a body over the limit that does not say its length is refused as well", async () => {
    const chunks = new ReadableStream({
      start(controller) {
        for (let sent = 0; sent <= BODY_MAX_BYTES; sent += 8_192) controller.enqueue(new Uint8Array(8_192).fill(32));
        controller.close();
      },
    });
    const headers = { ...bearer(rig.memberKey), "content-type": "application/json" };
    const init = { method: "POST", headers, body: chunks, duplex: "half" } as RequestInit;
    expect(await call("/v1/chat/completions", init)).toMatchObject({ status: 413, body: OPENAI_ERROR });
  });

  test("another content type and a compressed body are refused", async () => {
    expect((await rig.post(CHAT, { headers: { "content-type": "text/plain" } })).status).toBe(415);
    expect((await rig.post(CHAT, { headers: { "content-encoding": "gzip" } })).status).toBe(415);
  });

  test("a body that arrives too slowly is answered with 408", async () => {
    const headers = { ...bearer(rig.memberKey), "content-type": "application/json", "content-length": 100 };
    const sending = request(`${rig.baseUrl}/v1/chat/completions`, { method: "POST", headers });
    sending.on("error", () => {});
    sending.write("{");
    const status = await new Promise((resolve) => {
      sending.on("response", (response) => {
        resolve(response.statusCode);
      });
    });
    sending.destroy();
    expect(status).toBe(408);
  });

  test("more requests than may be in work are refused until one is done", async () => {
    const headers = { ...bearer(rig.memberKey), "content-type": "application/json", "content-length": 100 };
    const stalled = Array.from({ length: 2 }, () => {
      const sending = request(`${rig.baseUrl}/v1/chat/completions`, { method: "POST", headers });
      sending.on("error", () => {});
      sending.write("{");
      return sending;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const refused = await rig.post(CHAT);
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(await refused.json()).toMatchObject({ error: { code: "overloaded" } });
    for (const sending of stalled) sending.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await (await rig.post(CHAT)).json()).toMatchObject({ error: { code: "stage_unavailable" } });
  });

  test("B13 a body for which the others leave no room is refused until they are done", async () => {
    const headers = { ...bearer(rig.memberKey), "content-type": "application/json", "content-length": BODY_MAX_BYTES };
    const stalled = request(`${rig.baseUrl}/v1/chat/completions`, { method: "POST", headers });
    stalled.on("error", () => {});
    stalled.write(Buffer.alloc(BODY_MAX_BYTES - 1, 32));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const large = { ...CHAT, x: "a".repeat(BODY_MAX_BYTES - 1_024) };
    const refused = await rig.post(large);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await refused.json()).toMatchObject({ error: { code: "overloaded" } });
    stalled.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await (await rig.post(large)).json()).toMatchObject({ error: { code: "stage_unavailable" } });
  });
});

describe("keys", () => {
  const routes = [
    ["POST", "/v1/chat/completions"],
    ["GET", "/v1/models"],
    ["GET", "/v1/models/auto"],
    ["GET", "/v1/decisions"],
    ["GET", "/v1/decisions/0199f0a2-5f1c-7c3e-9a64-0d8f1b2c3d4e"],
    ["POST", "/v1/decisions/0199f0a2-5f1c-7c3e-9a64-0d8f1b2c3d4e/replay"],
    ["GET", "/v1/events"],
    ["GET", "/v1/keys"],
    ["POST", "/v1/keys"],
    ["DELETE", "/v1/keys/0123456789ab"],
  ] as const;

  test.each(routes)("%s %s needs a key", async (method, path) => {
    for (const headers of [{}, bearer(`sk-sb-0123456789ab-${"a".repeat(43)}`)] as Record<string, string>[]) {
      const answer = await call(path, { method, headers });
      expect(answer).toMatchObject({ status: 401, body: { error: { code: "invalid_api_key" } } });
    }
  });

  test.each(routes.filter(([, path]) => path.startsWith("/v1/keys")))("%s %s needs an admin", async (method, path) => {
    const answer = await call(path, { method, headers: bearer(rig.memberKey) });
    expect(answer).toMatchObject({ status: 403, body: OPENAI_ERROR });
  });

  test.each([
    ["bearer ", 200],
    ["BEARER   ", 200],
    ["Basic ", 401],
    ["", 401],
  ])("with the scheme %j the answer is %i", async (scheme, status) => {
    const headers = { authorization: `${scheme}${rig.memberKey}` };
    expect(await call("/v1/models", { headers })).toMatchObject({ status });
  });

  test("B15 whatever stands in the Authorization header, the answer is 401 and repeats none of it", async () => {
    const [, id = ""] = /^sk-sb-(\w+)-/.exec(rig.memberKey) ?? [];
    const header = oneof(
      anyText({
        // Every character that a client may put into a header.
        unit: integer({ min: 0x21, max: 0xfe }).map((code) => String.fromCharCode(code < 0x7f ? code : code + 1)),
        maxLength: 300,
      }),
      constantFrom(
        "Bearer",
        "Bearer ' OR 1=1--",
        `Bearer sk-sb-${id}-${"'".repeat(43)}`,
        `Bearer ${rig.memberKey.slice(0, -1)}`,
        `Bearer ${rig.memberKey}x`,
        `Bearer ${rig.memberKey.slice(0, 20)}${"A".repeat(rig.memberKey.length - 20)}`,
        `Bearer ${"k".repeat(8_000)}`,
      ),
    );
    await fcAssert(
      asyncProperty(header, async (authorization) => {
        const answer = await call("/v1/models", { headers: { authorization } });
        expect(answer).toMatchObject({ status: 401, body: { error: { code: "invalid_api_key" } } });
        const words = authorization.split(" ").filter((word) => word.length > 12);
        for (const word of words) expect(JSON.stringify(answer.body)).not.toContain(word);
      }),
      { numRuns: 200 },
    );
  });
});
