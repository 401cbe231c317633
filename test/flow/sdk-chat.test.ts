import { afterAll, beforeAll, expect, test } from "vitest";
import { delta, DONE, streamed, usageChunk, whole, type Script } from "../kit/upstream.ts";
import { MESSAGES, startSdkRig, type SdkRig } from "./sdk-rig.ts";

let rig: SdkRig;
beforeAll(async () => {
  rig = await startSdkRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

/** What the provider got last. */
const received = (): Record<string, unknown> => rig.upstream.received.at(-1)!.body;

test("chat answers with the model's text, its usage and the decision behind it", async () => {
  rig.upstream.next(whole("Hello!"));
  const { data, response } = await rig.client.chat.completions
    .create({ model: "auto", messages: MESSAGES })
    .withResponse();
  expect(data.choices[0]!.message.content).toBe("Hello!");
  expect(data.usage).toMatchObject({ prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 });
  const decisionId = response.headers.get("x-signalbox-decision-id");
  expect(data.usage).toMatchObject({ signalbox: { decision_id: decisionId, cost_pico_usd: expect.any(String) } });
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "x-signalbox-provider": "upstream",
    "x-signalbox-model": received()["model"],
    "x-signalbox-cache": "off",
    "x-signalbox-audit": "async",
  });
  await expect
    .poll(async () => (await rig.line.api(`/v1/decisions/${decisionId}`)).json(), { timeout: 1_000 })
    .toMatchObject({
      decision: { decisionId },
      outcome: { decisionId, result: "completed" },
      explanation: expect.any(Array),
    });
});

test("a stream brings the pieces as they come, and its usage when it is asked for", async () => {
  rig.upstream.next(streamed("Hel", "lo", "!"));
  const options = { stream: true, stream_options: { include_usage: true } } as const;
  const stream = await rig.client.chat.completions.create({ model: "auto", messages: MESSAGES, ...options });
  const chunks = await Array.fromAsync(stream);
  expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")).toBe("Hello!");
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 21 } });
});

test("the SDK's own accumulation of a stream gives the whole answer", async () => {
  rig.upstream.next(streamed("Hel", "lo"));
  const stream = rig.client.chat.completions.stream({ model: "auto", messages: MESSAGES });
  const final = await stream.finalChatCompletion();
  expect(final.choices[0]).toMatchObject({ message: { role: "assistant", content: "Hello" }, finish_reason: "stop" });
});

test("a JSON schema reaches the provider, and the answer is parsed by it", async () => {
  rig.upstream.next(whole('{"city":"Bern"}'));
  const schema = {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  };
  const format = { type: "json_schema", json_schema: { name: "place", strict: true, schema } } as const;
  const parsed = await rig.client.chat.completions.parse({
    model: "auto",
    messages: MESSAGES,
    response_format: format,
  });
  expect(parsed.choices[0]!.message.parsed).toEqual({ city: "Bern" });
  expect(received()["response_format"]).toEqual(format);
});

test("images by URL and in base64 reach the provider as they were sent", async () => {
  rig.upstream.next(whole("A cat."));
  const png = `data:image/png;base64,${Buffer.from("not really a picture").toString("base64")}`;
  const content = [
    { type: "text" as const, text: "What is it?" },
    { type: "image_url" as const, image_url: { url: "https://example.com/cat.png", detail: "low" as const } },
    { type: "image_url" as const, image_url: { url: png } },
  ];
  // The scripted models read text alone as far as the catalogue knows, so this one is asked for by name.
  const messages = [{ role: "user" as const, content }];
  const answer = await rig.client.chat.completions.create({ model: "upstream/large", messages });
  expect(answer.choices[0]!.message.content).toBe("A cat.");
  expect(received()["messages"]).toEqual(messages);
});

test("fields that the line does not act on travel on: seed, logprobs, metadata, user, n, and one that nobody knows", async () => {
  rig.upstream.next(whole("Hello!"));
  const fields = {
    seed: 7,
    logprobs: true,
    top_logprobs: 2,
    metadata: { case: "4711" },
    user: "jane",
    n: 1,
    store: false,
  };
  const unknown = { some_vendor_field: { deep: [1, "two"] } };
  await rig.client.chat.completions.create({ model: "auto", messages: MESSAGES, ...fields, ...unknown });
  expect(received()).toMatchObject({ ...fields, ...unknown });
});

test("models are listed and retrieved", async () => {
  const ids = (await Array.fromAsync(rig.client.models.list())).map((model) => model.id);
  expect(ids).toEqual(["auto", "auto:cost", "auto:latency", "auto:quality", "upstream/large", "upstream/small"]);
  expect(await rig.client.models.retrieve("upstream/large")).toMatchObject({ object: "model", owned_by: "upstream" });
});

const tools = ["weather", "time"].map((name) => ({
  type: "function" as const,
  function: {
    name,
    description: `The ${name} of a city.`,
    parameters: { type: "object", properties: { city: { type: "string" } } },
  },
}));

const ARGUMENTS = ['{"city":"Zürich 😀"}', '{"city":"Bern"}', "{}"];

/** Three calls, their arguments cut inside of words and interleaved. */
function parallelCalls(): Script {
  const opened = ["weather", "time", "weather"].map((name, index) =>
    delta({ tool_calls: [{ index, id: `call_${index}`, type: "function", function: { name, arguments: "" } }] }),
  );
  const pieces = [0, 1].flatMap((part) =>
    ARGUMENTS.map((text, index) => {
      const middle = Math.ceil(text.length / 2);
      const piece = part === 0 ? text.slice(0, middle) : text.slice(middle);
      return delta({ tool_calls: [{ index, function: { arguments: piece } }] });
    }),
  );
  return { steps: [delta({ role: "assistant" }), ...opened, ...pieces, delta({}, "tool_calls"), usageChunk(), DONE] };
}

test("a call and its result make two turns", async () => {
  const call = { id: "call_1", type: "function" as const, function: { name: "weather", arguments: '{"city":"Bern"}' } };
  const message = { role: "assistant" as const, content: null, tool_calls: [call] };
  rig.upstream.next(whole("", { choices: [{ index: 0, message, finish_reason: "tool_calls" }] }), whole("Sunny."));
  const first = await rig.client.chat.completions.create({ model: "auto", messages: MESSAGES, tools });
  expect(first.choices[0]).toMatchObject({ message: { tool_calls: [call] }, finish_reason: "tool_calls" });
  const result = { role: "tool" as const, tool_call_id: "call_1", content: "sunny" };
  const messages = [...MESSAGES, first.choices[0]!.message, result];
  const second = await rig.client.chat.completions.create({ model: "auto", messages, tools });
  expect(second.choices[0]!.message.content).toBe("Sunny.");
});

test("B7 parallel calls in a stream come together byte for byte, with stable indexes and ids", async () => {
  rig.upstream.next(parallelCalls());
  const options = { tools, parallel_tool_calls: true };
  const stream = rig.client.chat.completions.stream({ model: "auto", messages: MESSAGES, ...options });
  const { message, finish_reason: finish } = (await stream.finalChatCompletion()).choices[0]!;
  expect(finish).toBe("tool_calls");
  const calls = message.tool_calls!.filter((call) => call.type === "function");
  expect(calls.map((call) => call.id)).toEqual(["call_0", "call_1", "call_2"]);
  expect(calls.map((call) => call.function.name)).toEqual(["weather", "time", "weather"]);
  expect(calls.map((call) => call.function.arguments)).toEqual(ARGUMENTS);
});

test("B12 the same stream cut at every third byte gives the same calls", async () => {
  rig.upstream.next({ ...parallelCalls(), splitBytes: 3 });
  const stream = rig.client.chat.completions.stream({ model: "auto", messages: MESSAGES, tools });
  const { message } = (await stream.finalChatCompletion()).choices[0]!;
  const calls = message.tool_calls!.filter((call) => call.type === "function");
  expect(calls.map((call) => call.function.arguments)).toEqual(ARGUMENTS);
});

test("a base URL without /v1 serves the SDK as well", async () => {
  rig.upstream.next(whole("Hello!"));
  const client = rig.client.withOptions({ baseURL: rig.line.baseUrl });
  const answer = await client.chat.completions.create({ model: "auto", messages: MESSAGES });
  expect(answer.choices[0]!.message.content).toBe("Hello!");
  expect((await client.models.list()).data.length).toBeGreaterThan(0);
});

test("several prompts of a completion are decided on one by one, and answered as one", async () => {
  const { client, upstream, line } = rig;
  upstream.always(({ body }) => {
    const [{ content } = { content: "" }] = body["messages"] as { content: string }[];
    return body["stream"] === true ? streamed(content, "!") : whole(`${content}!`);
  });
  const asked = { model: "auto", prompt: ["one", "two", "three"] };
  const { data, response } = await client.completions.create(asked).withResponse();
  expect(data.choices.map(({ index, text }) => [index, text])).toEqual([
    [0, "one!"],
    [1, "two!"],
    [2, "three!"],
  ]);
  const ids = response.headers.get("x-signalbox-decision-id")!.split(", ");
  expect(new Set(ids).size).toBe(3);
  expect(data.usage).toMatchObject({ total_tokens: 63, signalbox: { decisions: [{}, {}, {}] } });
  for (const id of ids) {
    await expect
      .poll(async () => (await line.api(`/v1/decisions/${id}`)).json(), { timeout: 2_000 })
      .toMatchObject({ outcome: { decisionId: id, result: "completed" } });
  }
  const stream_options = { include_usage: true };
  const texts: string[] = [];
  let totalTokens = 0;
  for await (const chunk of await client.completions.create({ ...asked, stream: true, stream_options })) {
    for (const { index, text } of chunk.choices) texts[index] = (texts[index] ?? "") + text;
    totalTokens += chunk.usage?.total_tokens ?? 0;
  }
  expect(texts).toEqual(["one!", "two!", "three!"]);
  expect(totalTokens).toBe(63);
});
