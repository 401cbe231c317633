import OpenAI, {
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
} from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { delta, failure, RESET } from "../kit/upstream.ts";
import { MESSAGES, startSdkRig, type SdkRig } from "./sdk-rig.ts";

let rig: SdkRig;
beforeAll(async () => {
  rig = await startSdkRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

const forever = new Promise(() => {});

/** When the provider saw the end of its last request, and the request's outcome in the register. */
async function aftermath(abortedAtMs: number): Promise<{ delayMs: number; outcome: unknown }> {
  const request = rig.upstream.received.at(-1)!;
  await request.closed;
  const delayMs = request.abortedAtMs! - abortedAtMs;
  await expect.poll(async () => (await newest()).outcome, { timeout: 5_000 }).not.toBeNull();
  return { delayMs, outcome: (await newest()).outcome };
}

async function newest(): Promise<{ outcome: unknown }> {
  const list = (await (await rig.line.api("/v1/decisions?limit=1")).json()) as { data: { outcome: unknown }[] };
  return list.data[0]!;
}

test("B3 an abort before the answer reaches the provider within a second and is recorded", async () => {
  rig.upstream.next({ before: [{ until: forever }], steps: [] });
  const count = rig.upstream.received.length;
  const abort = new AbortController();
  const asking = rig.client.chat.completions.create({ model: "auto", messages: MESSAGES }, { signal: abort.signal });
  let abortedAtMs = 0;
  const aborting = rig.upstream.arrived(count + 1).then(() => {
    abort.abort();
    abortedAtMs = Date.now();
  });
  await expect(asking).rejects.toThrow("aborted");
  await aborting;
  const { delayMs, outcome } = await aftermath(abortedAtMs);
  expect(delayMs).toBeLessThan(1_000);
  expect(outcome).toMatchObject({ result: "client-aborted" });
});

test("B3 an abort within a stream reaches the provider within a second and is recorded", async () => {
  rig.upstream.next({ steps: [delta({ role: "assistant", content: "Hel" }), { until: forever }] });
  const stream = await rig.client.chat.completions.create({ model: "auto", messages: MESSAGES, stream: true });
  let abortedAtMs = 0;
  for await (const _chunk of stream) {
    abortedAtMs = Date.now();
    stream.controller.abort();
  }
  const { delayMs, outcome } = await aftermath(abortedAtMs);
  expect(delayMs).toBeLessThan(1_000);
  expect(outcome).toMatchObject({ result: "client-aborted" });
});

const ask = (model = "auto", client = rig.client): Promise<unknown> =>
  client.chat.completions.create({ model, messages: MESSAGES });

async function errorOf(promise: Promise<unknown>): Promise<APIError> {
  return promise.then(
    () => expect.unreachable("the call had to fail"),
    (error: unknown) => error as APIError,
  );
}

test("an unknown key is an AuthenticationError", async () => {
  const stranger = new OpenAI({ baseURL: `${rig.line.baseUrl}/v1`, apiKey: "sk-nothing", maxRetries: 0 });
  const error = await errorOf(ask("auto", stranger));
  expect(error).toBeInstanceOf(AuthenticationError);
  expect(error).toMatchObject({ status: 401, code: "invalid_api_key", requestID: expect.any(String) });
});

test("an unknown model is a NotFoundError, in chat and in the list", async () => {
  expect(await errorOf(ask("no-such-model"))).toBeInstanceOf(NotFoundError);
  expect(await errorOf(rig.client.models.retrieve("no/such-model"))).toBeInstanceOf(NotFoundError);
});

test("a request that breaks the format is a BadRequestError that names the field", async () => {
  const error = await errorOf(rig.client.chat.completions.create({ model: "auto", messages: [], temperature: 9 }));
  expect(error).toBeInstanceOf(BadRequestError);
  expect(error).toMatchObject({ status: 400, param: expect.stringMatching(/^(messages|temperature)$/) });
});

test("an admin's route is a PermissionDeniedError for a member", async () => {
  expect(await errorOf(rig.client.get("/keys"))).toBeInstanceOf(PermissionDeniedError);
});

// From here on the provider fails, which opens its endpoints' circuits: these tests stand last.
test("a provider's rate limit that no other endpoint can help is a RateLimitError with its time to wait", async () => {
  rig.upstream.always(failure(429, { "retry-after": "7" }));
  const error = await errorOf(ask());
  expect(error).toBeInstanceOf(RateLimitError);
  expect(error.headers?.get("retry-after")).toBe("7");
});

test.each([
  ["an error of every provider", failure(500)],
  ["a provider that cannot be reached", RESET],
])("%s is an InternalServerError", async (_name, script) => {
  rig.upstream.always(script);
  expect(await errorOf(ask())).toBeInstanceOf(InternalServerError);
});
