import OpenAI, { AuthenticationError, InternalServerError, RateLimitError } from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SIMULATOR_NOTICE } from "./simulated-answer.ts";
import { startSimulator, type Simulator } from "./start-simulator.ts";

let simulator: Simulator;
let client: OpenAI;
beforeAll(async () => {
  simulator = await startSimulator({ port: 0, firstChunkMs: 0, chunkEveryMs: 0 });
  client = new OpenAI({ baseURL: simulator.baseUrl, apiKey: "none", maxRetries: 0 });
});
afterAll(() => simulator[Symbol.asyncDispose]());

const messages = [{ role: "user", content: "Hello" }] as const;
const chat = { model: "simulator-small", messages: [...messages] };
const weather = {
  type: "function",
  function: {
    name: "weather",
    parameters: {
      type: "object",
      properties: { city: { type: "string" }, days: { type: "integer", minimum: 1 } },
      required: ["city", "days"],
    },
  },
} as const;
const clock = {
  type: "function",
  function: { name: "clock", parameters: { type: "object", properties: {} } },
} as const;

describe("the simulator speaks the dialect and says what it is", () => {
  test("in a whole answer", async () => {
    const answer = await client.chat.completions.create({ ...chat, n: 2, logprobs: true });
    expect(answer.choices).toHaveLength(2);
    expect(answer.choices[1]?.message.content).toContain(SIMULATOR_NOTICE);
    expect(answer.choices[0]?.logprobs?.content?.map(({ token }) => token).join("")).toBe(
      answer.choices[0]?.message.content,
    );
    expect([answer.system_fingerprint, answer.usage!.completion_tokens > 0]).toEqual(["signalbox-simulator", true]);
  });

  test("in a stream, with the usage chunk only when it is asked for", async () => {
    const stream = await client.chat.completions.create({
      ...chat,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")).toContain(SIMULATOR_NOTICE);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 6 } });
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("stop");
  });

  test("bounded by max_tokens", async () => {
    const answer = await client.chat.completions.create({ ...chat, max_tokens: 3 });
    expect(answer.choices[0]).toMatchObject({
      finish_reason: "length",
      message: { content: SIMULATOR_NOTICE.slice(0, 12) },
    });
  });

  test("in tool calls, parallel ones and streamed ones, until the results are there", async () => {
    const runner = client.chat.completions.stream({ ...chat, tools: [weather, clock] });
    const { message, finish_reason } = (await runner.finalChatCompletion()).choices[0]!;
    expect(finish_reason).toBe("tool_calls");
    expect(
      message.tool_calls?.map(
        (call) => call.type === "function" && [call.function.name, JSON.parse(call.function.arguments)],
      ),
    ).toEqual([
      ["weather", { city: "simulated", days: 1 }],
      ["clock", {}],
    ]);
    const results = message.tool_calls!.map(({ id }) => ({ role: "tool" as const, tool_call_id: id, content: "ok" }));
    const { role, tool_calls } = message;
    const next = await client.chat.completions.create({
      ...chat,
      messages: [...messages, { role, tool_calls: tool_calls! }, ...results],
      tools: [weather, clock],
    });
    expect(next.choices[0]?.message.content).toContain(SIMULATOR_NOTICE);
  });

  test("in an answer that fits a JSON schema", async () => {
    const schema = {
      $defs: {
        node: { type: "object", properties: { next: { anyOf: [{ type: "null" }, { $ref: "#/$defs/node" }] } } },
      },
      type: "object",
      properties: {
        name: { type: "string", minLength: 12 },
        kind: { enum: ["a", "b"] },
        list: { type: "array", items: { type: "number" }, minItems: 2 },
        node: { $ref: "#/$defs/node" },
        maybe: { type: ["string", "null"] },
      },
      required: ["name", "kind", "list", "node", "maybe"],
    };
    const answer = await client.chat.completions.create({
      ...chat,
      response_format: { type: "json_schema", json_schema: { name: "out", schema } },
    });
    expect(JSON.parse(answer.choices[0]!.message.content!)).toEqual({
      name: "simulated...",
      kind: "a",
      list: [1, 1],
      node: { next: null },
      maybe: "simulated",
    });
  });

  test("in an embedding, whose vectors are the same for the same text", async () => {
    const ask = { model: "simulator-embedding", input: ["Hello", "Hello", "Goodbye"], dimensions: 16 };
    const answer = await client.embeddings.create(ask);
    expect(JSON.stringify(answer)).toContain("Signalbox simulator");
    const [first, again, other] = answer.data.map(({ embedding }) => embedding);
    expect(first).toHaveLength(16);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    await expect(client.embeddings.create({ ...ask, model: "simulator-fail-429" })).rejects.toThrow(RateLimitError);
  });

  test("and lists its models", async () => {
    expect((await client.models.list()).data.map(({ id }) => id)).toContain("simulator-large");
  });
});

describe("the simulator fails as it is told", () => {
  test.each([
    [429, RateLimitError],
    [500, InternalServerError],
    [401, AuthenticationError],
  ])("with status %i by the model's name", async (status, kind) => {
    await expect(client.chat.completions.create({ ...chat, model: `simulator-fail-${status}` })).rejects.toThrow(kind);
  });

  test("with Retry-After on a 429, by a header", async () => {
    const answer = await fetch(`${simulator.baseUrl}/chat/completions`, {
      method: "POST",
      headers: { "x-simulator-fail": "fail-429" },
      body: JSON.stringify(chat),
    });
    expect([answer.status, answer.headers.get("retry-after"), answer.headers.get("x-simulator")]).toEqual([
      429,
      "1",
      "true",
    ]);
  });

  test.each([
    ["cut", "terminated"],
    ["error-frame", "asked to fail"],
  ])("in the middle of a stream: %s", async (way, message) => {
    const stream = await client.chat.completions.create({ ...chat, model: `simulator-${way}`, stream: true });
    const words: string[] = [];
    const read = async (): Promise<void> => {
      for await (const chunk of stream) words.push(chunk.choices[0]?.delta.content ?? "");
    };
    await expect(read()).rejects.toThrow(message);
    expect(words.join("")).not.toBe("");
  });

  test("by its options, until the client gives up", async () => {
    await using stalled = await startSimulator({ port: 0, fail: "stall" });
    const answer = fetch(`${stalled.baseUrl}/chat/completions`, {
      method: "POST",
      body: JSON.stringify(chat),
      signal: AbortSignal.timeout(200),
    });
    await expect(answer).rejects.toThrow("timeout");
  });

  test("a request that breaks the format is refused in the dialect", async () => {
    const wrong = client.chat.completions.create({ ...chat, temperature: 9 });
    await expect(wrong).rejects.toMatchObject({ status: 400, param: "temperature" });
  });
});
