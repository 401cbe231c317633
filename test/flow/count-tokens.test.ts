import Anthropic, { AuthenticationError } from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startIngressRig, type IngressRig } from "./ingress-rig.ts";

let rig: IngressRig;
beforeAll(async () => {
  rig = await startIngressRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

/** Ten words, each of which is one token. */
const TEXT = "one two three four five six seven eight nine ten";
const tool = { name: "weather", description: "Tells the weather.", input_schema: { type: "object" as const } };

const anthropic = (): Anthropic => new Anthropic({ baseURL: rig.baseUrl, apiKey: rig.memberKey, maxRetries: 0 });
const google = (): GoogleGenAI => new GoogleGenAI({ apiKey: rig.memberKey, httpOptions: { baseUrl: rig.baseUrl } });

/** Of one message of the user's. */
async function count(content: string, more: object = {}): Promise<number> {
  const asked = { model: "auto", messages: [{ role: "user" as const, content }], ...more };
  return (await anthropic().messages.countTokens(asked)).input_tokens;
}

/** Of a body that Google's SDK does not send. */
async function countOf(request: object): Promise<number> {
  const answer = await fetch(`${rig.baseUrl}/v1beta/models/auto:countTokens`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-goog-api-key": rig.memberKey },
    body: JSON.stringify(request),
  });
  return ((await answer.json()) as { totalTokens: number }).totalTokens;
}

describe("Anthropic's own SDK counts tokens", () => {
  test("of text, system prompt and tools, without the line", async () => {
    const short = await count(TEXT);
    expect(short).toBeGreaterThanOrEqual(10);
    expect((await count(`${TEXT} ${TEXT}`)) - short).toBe(10);
    expect((await count(TEXT, { system: TEXT })) - short).toBeGreaterThanOrEqual(10);
    expect(await count(TEXT, { tools: [tool] })).toBeGreaterThan(short);
    expect(rig.seen).toHaveLength(0);
  });

  test("and is told what is wrong in its own words", async () => {
    await expect(count(TEXT, { messages: "none" })).rejects.toMatchObject({
      status: 400,
      error: { type: "error", error: { type: "invalid_request_error" } },
    });
    const stranger = new Anthropic({ baseURL: rig.baseUrl, apiKey: "sk-none", maxRetries: 0 });
    const asked = stranger.messages.countTokens({ model: "auto", messages: [{ role: "user", content: TEXT }] });
    await expect(asked).rejects.toBeInstanceOf(AuthenticationError);
  });
});

test("OpenAI's own SDK counts tokens of input and instructions", async () => {
  const { responses } = new OpenAI({ baseURL: `${rig.baseUrl}/v1`, apiKey: rig.memberKey, maxRetries: 0 });
  const counted = await responses.inputTokens.count({ model: "auto", input: TEXT });
  expect(counted.object).toBe("response.input_tokens");
  expect(counted.input_tokens).toBe(await count(TEXT));
  const more = await responses.inputTokens.count({ input: TEXT, instructions: TEXT });
  expect(more.input_tokens - counted.input_tokens).toBeGreaterThanOrEqual(10);
  const elsewhere = responses.inputTokens.count({ input: TEXT, previous_response_id: "resp_1" });
  await expect(elsewhere).rejects.toMatchObject({ status: 400, param: "previous_response_id" });
});

describe("Google's own SDK counts tokens", () => {
  test("of contents, for a model whose name holds slashes too", async () => {
    const [plain, slashed] = await Promise.all(
      ["auto", "mock/org/model-1"].map((model) => google().models.countTokens({ model, contents: TEXT })),
    );
    expect(plain?.totalTokens).toBeGreaterThanOrEqual(10);
    expect(slashed?.totalTokens).toBe(plain?.totalTokens);
    expect(rig.seen).toHaveLength(0);
  });

  test("of a whole request to generate", async () => {
    const contents = [{ role: "user", parts: [{ text: TEXT }] }];
    const systemInstruction = { parts: [{ text: TEXT }] };
    const alone = await countOf({ contents });
    const whole = await countOf({ generateContentRequest: { model: "models/auto", contents, systemInstruction } });
    expect(whole - alone).toBeGreaterThanOrEqual(10);
  });

  test("and is told what is wrong in its own words", async () => {
    const asked = google().models.countTokens({
      model: "auto",
      contents: [{ role: "user", parts: [{ text: 7 }] }] as never,
    });
    await expect(asked).rejects.toMatchObject({ status: 400, message: expect.stringContaining("INVALID_ARGUMENT") });
  });
});
