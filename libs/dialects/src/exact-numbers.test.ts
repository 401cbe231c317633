import { NO_USAGE, type WireName, WIRES } from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import { readJson } from "./check/exact-json.ts";
import { egressOf, ingressOf, renderFor } from "./codecs.ts";
import { filterResponse } from "./filter/filter-response.ts";
import type { NeutralResponse } from "./neutral/response.ts";
import type { NeutralChunk } from "./neutral/stream-event.ts";

/** What no double holds. */
const NUMBERS = ["1234567890123456789", "-9007199254740993", "0.9876543210987654321", "1e400"];
const ARGS = `{"id":${NUMBERS[0]},"list":[${NUMBERS[1]},{"of":${NUMBERS[2]}}],"far":${NUMBERS[3]}}`;
const IN_TEXT = JSON.stringify(ARGS);
const SCHEMA = `{"type":"object","properties":{"id":{"type":"integer","enum":[${NUMBERS[0]},7],"description":"x"}}}`;

/** How often each of the numbers stands in a text. */
function timesIn(text: string): number[] {
  return NUMBERS.map((number) => text.split(number).length - 1);
}

const ONCE = NUMBERS.map(() => 1);
const TWICE = NUMBERS.map(() => 2);

const CALLERS = ["openai-chat", "anthropic-messages", "gemini", "openai-responses"] as const;

/** A conversation with a call and its result. */
const REQUESTS: Record<(typeof CALLERS)[number], string> = {
  "openai-chat": `{"model":"m","seed":7,"messages":[{"role":"user","content":"Go"},
    {"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":${IN_TEXT}}}]},
    {"role":"tool","tool_call_id":"c1","content":${IN_TEXT}}],
    "tools":[{"type":"function","function":{"name":"f","parameters":${SCHEMA}}}]}`,
  "anthropic-messages": `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Go"},
    {"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"f","input":${ARGS}}]},
    {"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":${IN_TEXT}}]}],
    "tools":[{"name":"f","input_schema":${SCHEMA}}]}`,
  gemini: `{"contents":[{"role":"user","parts":[{"text":"Go"}]},
    {"role":"model","parts":[{"function_call":{"name":"f","args":${ARGS}}}]},
    {"role":"user","parts":[{"function_response":{"name":"f","response":${ARGS}}}]}],
    "tools":[{"function_declarations":[{"name":"f","parameters_json_schema":${SCHEMA}}]}]}`,
  "openai-responses": `{"model":"m","input":[{"role":"user","content":"Go"},
    {"type":"function_call","call_id":"c1","name":"f","arguments":${IN_TEXT}},
    {"type":"function_call_output","call_id":"c1","output":${IN_TEXT}}],
    "tools":[{"type":"function","name":"f","parameters":${SCHEMA}}]}`,
};

describe.each(CALLERS)("B8 numbers that no double holds, from a caller of %s", (dialect) => {
  const codec = ingressOf(dialect);
  const request = codec.parseRequest(readJson(REQUESTS[dialect]), { model: "m" });

  test.each(WIRES)("reach a provider of %s in arguments, results and schemas as they were written", (wire) => {
    const text = JSON.stringify(renderFor(wire, request, { model: "m", maxOutputTokens: 100 }).body);
    const { tools, toolConfig, ...rest } = JSON.parse(text, (_name, value: unknown, context?: { source?: string }) =>
      typeof value === "number" ? `#${context?.source}#` : value,
    ) as Record<string, unknown>;
    expect(timesIn(JSON.stringify(rest))).toEqual(TWICE);
    expect(JSON.stringify(tools ?? toolConfig)).toContain(`#${NUMBERS[0]}#`);
  });

  test("are told apart by a cache's key", () => {
    const other = codec.parseRequest(readJson(REQUESTS[dialect].replaceAll(NUMBERS[0]!, "1234567890123456788")), {
      model: "m",
    });
    expect(JSON.stringify(codec.cacheFieldsOf(other))).not.toBe(JSON.stringify(codec.cacheFieldsOf(request)));
  });
});

const ANTHROPIC_CALL = `{"type":"tool_use","id":"c1","name":"f","input":${ARGS}}`;
const OPENAI_CALL = (args: string): string =>
  `{"index":0,"id":"c1abcdefg","type":"function","function":{"name":"f","arguments":${args}}}`;
const RESPONSES_ITEM = `{"type":"function_call","id":"i1","call_id":"c1","name":"f","arguments":${IN_TEXT},"status":"completed"}`;
const GEMINI_EVENT = `{"candidates":[{"index":0,"finishReason":"STOP","content":{"role":"model","parts":[
  {"functionCall":{"name":"f","id":"c1","args":${ARGS}}}]}}],"modelVersion":"m"}`;

const chat = (args: string): string =>
  `{"id":"x","created":7,"model":"m","choices":[{"index":0,"finish_reason":"tool_calls",
    "message":{"role":"assistant","content":null,"tool_calls":[${OPENAI_CALL(args)}]}}]}`;
const chunks = (args: string): string[] => [
  `{"id":"x","created":7,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","tool_calls":[${OPENAI_CALL(args)}]},"finish_reason":null}]}`,
  `{"id":"x","created":7,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}`,
  "[DONE]",
];
type Answer = { readonly whole: string; readonly events: readonly (string | { event: string; data: string })[] };

/** An answer that is one call. */
const ANSWERS: Record<WireName, Answer> = {
  "openai-chat": { whole: chat(IN_TEXT), events: chunks(IN_TEXT) },
  "azure-openai": { whole: chat(IN_TEXT), events: chunks(IN_TEXT) },
  mistral: { whole: chat(ARGS), events: chunks(IN_TEXT) },
  "anthropic-messages": {
    whole: `{"id":"x","type":"message","model":"m","content":[${ANTHROPIC_CALL}],"stop_reason":"tool_use"}`,
    events: [
      `{"type":"message_start","message":{"id":"x","model":"m","content":[]}}`,
      `{"type":"content_block_start","index":0,"content_block":${ANTHROPIC_CALL}}`,
      `{"type":"content_block_stop","index":0}`,
      `{"type":"message_delta","delta":{"stop_reason":"tool_use"}}`,
      `{"type":"message_stop"}`,
    ],
  },
  gemini: { whole: GEMINI_EVENT, events: [GEMINI_EVENT] },
  "bedrock-converse": {
    whole: `{"output":{"message":{"role":"assistant","content":[{"toolUse":{"toolUseId":"c1","name":"f","input":${ARGS}}}]}},"stopReason":"tool_use"}`,
    events: [
      { event: "messageStart", data: `{"role":"assistant"}` },
      {
        event: "contentBlockStart",
        data: `{"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"c1","name":"f"}}}`,
      },
      {
        event: "contentBlockDelta",
        data: `{"contentBlockIndex":0,"delta":{"toolUse":{"input":${IN_TEXT}}}}`,
      },
      { event: "contentBlockStop", data: `{"contentBlockIndex":0}` },
      { event: "messageStop", data: `{"stopReason":"tool_use"}` },
    ],
  },
  "cohere-v2": {
    whole: `{"id":"x","finish_reason":"TOOL_CALL","message":{"role":"assistant","tool_calls":[${OPENAI_CALL(IN_TEXT)}]}}`,
    events: [
      `{"type":"message-start","id":"x","delta":{"message":{"role":"assistant"}}}`,
      `{"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":${OPENAI_CALL(IN_TEXT)}}}}`,
      `{"type":"tool-call-end","index":0}`,
      `{"type":"message-end","delta":{"finish_reason":"TOOL_CALL"}}`,
    ],
  },
  "openai-responses": {
    whole: `{"id":"x","object":"response","created_at":7,"model":"m","status":"completed","output":[${RESPONSES_ITEM}]}`,
    events: [
      `{"type":"response.created","response":{"id":"x","created_at":7,"model":"m"}}`,
      `{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","id":"i1","call_id":"c1","name":"f","arguments":""}}`,
      `{"type":"response.function_call_arguments.delta","output_index":0,"item_id":"i1","delta":${IN_TEXT}}`,
      `{"type":"response.output_item.done","output_index":0,"item":${RESPONSES_ITEM}}`,
      `{"type":"response.completed","response":{"id":"x","created_at":7,"model":"m","status":"completed","output":[${RESPONSES_ITEM}]}}`,
    ],
  },
};

const OPTIONS = { provider: "acme", secrets: [], defaults: { id: "x", createdAtS: 7, model: "m" } };
const note = { decisionId: "d", costPicoUsd: "1", endpoint: "acme/m" };
const usage = { ...NO_USAGE, inputTokens: 1, outputTokens: 1, source: "reported" } as const;

/** A filter that changes what it sees, so that an answer is built anew. */
const changing = () => ({ push: (piece: string) => piece.replaceAll('"far"', '"near"'), end: () => "" });

function readStream(wire: WireName): NeutralChunk[] {
  const codec = egressOf(wire);
  let state = codec.startReading({ ...OPTIONS, choices: 1 });
  const read: NeutralChunk[] = [];
  for (const each of ANSWERS[wire].events) {
    const [next, found] = codec.readEvent(state, typeof each === "string" ? { event: "", data: each } : each);
    state = next;
    read.push(...found);
  }
  expect(codec.readEnd(state).progress.end.kind).toBe("done");
  return [...read, ...(codec.lastChunks?.(state) ?? [])];
}

describe.each(WIRES)("B8 numbers that no double holds, in an answer of %s", (wire) => {
  test.each(CALLERS)("reach a caller of %s as they were written: whole, kept and filtered", (dialect) => {
    const caller = ingressOf(dialect);
    const response = egressOf(wire).parseResponse(readJson(ANSWERS[wire].whole), OPTIONS);
    const given = (one: NeutralResponse): string => JSON.stringify(caller.renderResponse(one, { usage, note }).body);
    expect(timesIn(given(response))).toEqual(ONCE);
    expect(timesIn(caller.renderAsStream(response, { usage, note, includeUsage: true }))).not.toContain(0);
    const kept = caller.parseKept(readJson(JSON.stringify(caller.keptOf(response, usage))), OPTIONS);
    expect(timesIn(given(kept))).toEqual(ONCE);
    expect(timesIn(given(filterResponse(kept, changing, { dialect: "cohere-v2", body: {} })))).toEqual(ONCE);
  });

  test.each(CALLERS)("reach a caller of %s as they were written: streamed, and kept of a stream", (dialect) => {
    const caller = ingressOf(dialect);
    const collector = caller.collector();
    let state = caller.startWriting({ includeUsage: true });
    let frames = "";
    for (const chunk of readStream(wire)) {
      collector.add(chunk);
      const [next, frame] = caller.writeChunk(state, chunk);
      state = next;
      frames += frame;
    }
    const tail = { usage, usageSource: null, usageForm: wire === "gemini" ? "gemini" : "openai-chat" } as const;
    expect(timesIn(frames + caller.writeTail(state, { ...tail, note }))).not.toContain(0);
    expect(timesIn(JSON.stringify(collector.body(tail)))).toEqual(ONCE);
  });
});

test("B8 numbers that no double holds come out of arguments that Gemini streams by their places", () => {
  const codec = egressOf("gemini");
  const event = `{"candidates":[{"index":0,"content":{"parts":[{"functionCall":{"name":"f","id":"c1",
    "partialArgs":[${NUMBERS.map((number, at) => `{"jsonPath":"$.n${at}","numberValue":${number}}`).join(",")}]}}]}}]}`;
  const [, read] = codec.readEvent(codec.startReading({ ...OPTIONS, choices: 1 }), { event: "", data: event });
  const calls = read.flatMap(({ deltas }) => deltas.flatMap(({ toolCalls }) => toolCalls));
  expect(timesIn(JSON.stringify(calls))).toEqual(ONCE);
});

test("B8 a bound that Gemini's schema writes as text keeps its digits", () => {
  const parameters = { type: "STRING", minLength: "7", maxLength: "9007199254740993", maxItems: "x" };
  const tools = [{ functionDeclarations: [{ name: "f", parameters }] }];
  const body = { contents: [{ role: "user", parts: [{ text: "Go" }] }], tools };
  const [tool] = ingressOf("gemini").parseRequest(body, { model: "m" }).tools;
  expect(JSON.stringify(tool?.parameters)).toBe(
    '{"type":"string","minLength":7,"maxLength":9007199254740993,"maxItems":null}',
  );
});
