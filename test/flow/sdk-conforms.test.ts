import { Ajv } from "ajv";
import { afterAll, beforeAll, expect, test } from "vitest";
import { delta, DONE, failure, streamed, usageChunk, whole, type Script } from "../kit/upstream.ts";
import { MESSAGES, startSdkRig, type SdkRig } from "./sdk-rig.ts";

/*
 * The required fields and their types in OpenAI's published OpenAPI document (github.com/openai/openai-openapi:
 * CreateChatCompletionResponse, CreateChatCompletionStreamResponse, CompletionUsage, ErrorResponse), as facts.
 */
const text = { type: "string" };
const textOrNull = { type: ["string", "null"] };
const count = { type: "integer", minimum: 0 };
const FINISH = ["stop", "length", "tool_calls", "content_filter", "function_call"];

const called = {
  type: "object",
  required: ["id", "type", "function"],
  properties: {
    id: text,
    type: { const: "function" },
    function: { type: "object", required: ["name", "arguments"], properties: { name: text, arguments: text } },
  },
};
const usage = {
  type: "object",
  required: ["prompt_tokens", "completion_tokens", "total_tokens"],
  properties: { prompt_tokens: count, completion_tokens: count, total_tokens: count },
};
const COMPLETION = {
  type: "object",
  required: ["id", "object", "created", "model", "choices", "usage"],
  properties: {
    id: text,
    object: { const: "chat.completion" },
    created: count,
    model: text,
    usage,
    choices: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        required: ["index", "message", "finish_reason", "logprobs"],
        properties: {
          index: count,
          finish_reason: { enum: FINISH },
          logprobs: { type: ["object", "null"] },
          message: {
            type: "object",
            required: ["role", "content", "refusal"],
            properties: {
              role: { const: "assistant" },
              content: textOrNull,
              refusal: textOrNull,
              tool_calls: { type: "array", minItems: 1, items: called },
            },
          },
        },
      },
    },
  },
};
const CHUNK = {
  type: "object",
  required: ["id", "object", "created", "model", "choices"],
  properties: {
    id: text,
    object: { const: "chat.completion.chunk" },
    created: count,
    model: text,
    usage: { anyOf: [usage, { type: "null" }] },
    choices: {
      type: "array",
      items: {
        type: "object",
        required: ["index", "delta", "finish_reason"],
        properties: {
          index: count,
          finish_reason: { enum: [...FINISH, null] },
          logprobs: { type: ["object", "null"] },
          delta: {
            type: "object",
            properties: {
              role: { enum: ["developer", "system", "user", "assistant", "tool"] },
              content: textOrNull,
              refusal: textOrNull,
              tool_calls: {
                type: "array",
                minItems: 1,
                items: {
                  type: "object",
                  required: ["index"],
                  properties: { index: count, id: text, type: { const: "function" } },
                },
              },
            },
          },
        },
      },
    },
  },
};
const ERROR = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["message", "type", "param", "code"],
      properties: { message: text, type: text, param: textOrNull, code: textOrNull },
    },
  },
};

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });

/** What is wrong with a value. */
function faults(schema: object, value: unknown): unknown[] {
  const validate = ajv.compile(schema);
  return validate(value) ? [] : (validate.errors ?? []);
}

type Chunk = { id: string; choices: { index: number; finish_reason: string | null; delta: object }[]; usage?: unknown };

let rig: SdkRig;
beforeAll(async () => {
  rig = await startSdkRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

async function ask(fields: object): Promise<Response> {
  return fetch(`${rig.line.baseUrl}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${rig.line.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "auto", messages: MESSAGES, ...fields }),
  });
}

/** The chunks of a stream, which ends with `[DONE]`. */
async function chunksOf(fields: object): Promise<Chunk[]> {
  const events = (await (await ask({ stream: true, ...fields })).text()).split("\n\n");
  expect(events.splice(-2)).toEqual(["data: [DONE]", ""]);
  return events.map((event) => JSON.parse(event.slice("data: ".length)) as Chunk);
}

const calls = [{ id: "call_1", type: "function", function: { name: "f", arguments: "{}" } }];
const sparse = {
  steps: [{ send: '{"choices":[{"message":{"content":"Hi"}}]}' }],
  headers: { "content-type": "application/json" },
};

test.each<[string, Script]>([
  ["a usual answer", whole("Hello!")],
  [
    "an answer of tool calls",
    whole("", { choices: [{ message: { tool_calls: calls }, finish_reason: "tool_calls" }] }),
  ],
  ["an answer of which the provider leaves out all that it can", sparse],
])("%s conforms", async (_name, script) => {
  rig.upstream.next(script);
  const response = await ask({});
  expect(response.status).toBe(200);
  expect(faults(COMPLETION, await response.json())).toEqual([]);
});

const bare = { id: null, object: undefined, created: undefined, model: undefined };
const STREAMS: [string, Script][] = [
  ["a usual stream", streamed("Hel", "lo")],
  [
    "a stream without ids, roles or usage",
    { steps: [delta({ content: "Hi" }, null, bare), delta({}, "stop", bare), DONE] },
  ],
  [
    "a stream with a finish reason on every chunk and none at its end",
    { steps: [delta({ content: "Hi" }, ""), delta({ content: "!" }, "stop"), delta({}, "stop"), usageChunk()] },
  ],
  [
    "a stream of a tool call",
    { steps: [delta({ tool_calls: [{ index: 0, ...calls[0] }] }), delta({}, "tool_calls"), DONE] },
  ],
];

test.each(STREAMS)("%s conforms, with one id, one finish reason and the usage last", async (_name, script) => {
  rig.upstream.next(script);
  const chunks = await chunksOf({ stream_options: { include_usage: true } });
  for (const chunk of chunks) expect(faults(CHUNK, chunk)).toEqual([]);
  expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1);
  const finishes = chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.finish_reason));
  expect(finishes.filter((finish) => finish !== null)).toHaveLength(1);
  expect(chunks[0]!.choices[0]!.delta).toMatchObject({ role: "assistant" });
  expect(faults(usage, chunks.at(-1)!.usage)).toEqual([]);
  expect(chunks.at(-1)!.choices).toEqual([]);
  expect(chunks.slice(0, -1).map((chunk) => chunk.usage)).toEqual(chunks.slice(1).map(() => null));
});

test("B2 a client that did not ask for usage gets none, although the line asked the provider for it", async () => {
  rig.upstream.next(streamed("Hello"));
  const chunks = await chunksOf({});
  expect(chunks.filter((chunk) => chunk.choices.length === 0 || chunk.usage != null)).toEqual([]);
  expect(rig.upstream.received.at(-1)!.body["stream_options"]).toEqual({ include_usage: true });
});

/** A chunk of one of several choices. */
function piece(index: number, content: string, finish: string | null): Script["steps"][number] {
  const choices = [{ index, delta: { content }, finish_reason: finish }];
  return { send: { id: "x", object: "chat.completion.chunk", created: 1, model: "m", choices } };
}

test("several choices in a stream end each with a finish reason of its own", async () => {
  rig.upstream.next({
    steps: [piece(1, "b", null), piece(0, "a", null), piece(0, "", "stop"), piece(1, "", "length"), DONE],
  });
  const chunks = await chunksOf({ n: 2 });
  for (const chunk of chunks) expect(faults(CHUNK, chunk)).toEqual([]);
  const ends = chunks.flatMap((chunk) => chunk.choices).filter((choice) => choice.finish_reason !== null);
  expect(ends.map((choice) => [choice.index, choice.finish_reason])).toEqual([
    [0, "stop"],
    [1, "length"],
  ]);
});

test("errors conform, also the last event of a stream that fails", async () => {
  rig.upstream.always(failure(500));
  expect(faults(ERROR, await (await ask({})).json())).toEqual([]);
  expect(faults(ERROR, await (await fetch(`${rig.line.baseUrl}/nothing`)).json())).toEqual([]);
  rig.upstream.always(streamed());
  rig.upstream.next({ steps: [delta({ content: "Hel" }), { drop: "reset" }] });
  const events = (await (await ask({ stream: true })).text()).trimEnd().split("\n\n");
  expect(faults(ERROR, JSON.parse(events.at(-1)!.slice("data: ".length)))).toEqual([]);
});
