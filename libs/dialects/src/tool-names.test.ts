import { NO_USAGE, type WireName, WIRES } from "@signalbox/proto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isObject } from "./check/check-value.ts";
import { egressOf, ingressOf, renderFor } from "./codecs.ts";
import { chunkWithCallersNames, withCallersNames } from "./neutral/callers-names.ts";
import type { NeutralRequest } from "./neutral/request.ts";
import type { NeutralResponse } from "./neutral/response.ts";
import { BLANK_DELTA, type NeutralChunk } from "./neutral/stream-event.ts";

/** What each provider's reference, or its own refusal, says of names of tools. */
const TAKEN: Readonly<Record<WireName, RegExp>> = {
  "openai-chat": /^[a-zA-Z0-9_-]{1,64}$/,
  "openai-responses": /^[a-zA-Z0-9_-]{1,128}$/,
  "anthropic-messages": /^[a-zA-Z0-9_-]{1,128}$/,
  gemini: /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/,
  "bedrock-converse": /^[a-zA-Z0-9_-]{1,64}$/,
  "azure-openai": /^[a-zA-Z0-9_-]{1,64}$/,
  "cohere-v2": /^[a-zA-Z_][a-zA-Z0-9_]*$/,
  mistral: /^[a-zA-Z0-9_-]{1,64}$/,
};

const SERVER = `mcp__a-server-with-a-name__${"tool_".repeat(19)}`;
const SCHEMA = { type: "object", properties: {} };
const HEAD = { id: "answer-1", createdAtS: 1_700_000_000, model: "m" };
const SOURCE = { dialect: "mistral", body: {} } as const;

type Caller = {
  /** As the tools are called where they stand in one list; no two of them may come out as one. */
  readonly names: readonly string[];
  /** Offers the tools and forces the first, of which an earlier turn holds a call and its result. */
  readonly asking: (names: readonly string[]) => { body: object; envelope?: { model: string } };
};

const named = (name?: string): object => ({ type: "function", name, parameters: SCHEMA });

const CALLERS = {
  "openai-chat": {
    names: ["1st-tool", "1st_tool", "a-tool", "a_tool", "b".repeat(64)],
    asking: ([first, ...others]) => {
      const tools = [first, ...others].map((name) => ({ type: "function", function: { name, parameters: SCHEMA } }));
      const tool_calls = [{ id: "c1", type: "function", function: { name: first, arguments: "{}" } }];
      const turns = [
        { role: "assistant", content: null, tool_calls },
        { role: "tool", tool_call_id: "c1", name: first, content: "ok" },
      ];
      const messages = [{ role: "user", content: "Hi" }, ...turns];
      return { body: { model: "m", messages, tools, tool_choice: { type: "function", function: { name: first } } } };
    },
  },
  "openai-responses": {
    names: [`${SERVER}one`, `${SERVER}two`, "1st-tool", `${SERVER}one__${SERVER}two`, "a.group__look"],
    asking: ([first, second, third]) => {
      const groups = [
        { type: "namespace", name: first, tools: [named(second)] },
        { type: "namespace", name: "a.group", tools: [named("look")] },
      ];
      const input = [
        { role: "user", content: "Hi" },
        { type: "function_call", call_id: "c1", name: first, arguments: "{}" },
        { type: "function_call_output", call_id: "c1", output: "ok" },
        { type: "function_call", call_id: "c2", namespace: first, name: second, arguments: "{}" },
        { type: "function_call_output", call_id: "c2", output: "ok" },
      ];
      const tools = [named(first), named(second), named(third), ...groups];
      return { body: { model: "m", input, tools, tool_choice: { type: "function", name: first } } };
    },
  },
  "anthropic-messages": {
    names: [`${SERVER}one`, `${SERVER}two`, "1st-tool", "1st_tool"],
    asking: ([first, ...others]) => {
      const messages = [
        { role: "user", content: "Hi" },
        { role: "assistant", content: [{ type: "tool_use", id: "c1", name: first, input: {} }] },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "c1", content: "ok" }] },
      ];
      const tools = [first, ...others].map((name) => ({ name, input_schema: SCHEMA }));
      return { body: { model: "m", max_tokens: 9, messages, tools, tool_choice: { type: "tool", name: first } } };
    },
  },
  gemini: {
    names: ["weather.today", "weather:today", "weather_today", `${SERVER}one`, `${SERVER}two`],
    asking: ([first, ...others]) => {
      const contents = [
        { role: "user", parts: [{ text: "Hi" }] },
        { role: "model", parts: [{ functionCall: { name: first, args: {} } }] },
        { role: "user", parts: [{ functionResponse: { name: first, response: {} } }] },
      ];
      const tools = [{ functionDeclarations: [first, ...others].map((name) => ({ name })) }];
      const toolConfig = { functionCallingConfig: { mode: "ANY", allowedFunctionNames: [first] } };
      return { body: { contents, tools, toolConfig }, envelope: { model: "m" } };
    },
  },
} satisfies Record<string, Caller>;

type CallerName = keyof typeof CALLERS;
const PAIRS = (Object.keys(CALLERS) as CallerName[]).flatMap((dialect) =>
  WIRES.map((wire) => [dialect, wire] as const),
);
const OTHERS = PAIRS.filter(([dialect, wire]) => egressOf(wire).form !== dialect);
const OPTIONS = { model: "m", maxOutputTokens: null };

function requestOf(dialect: CallerName): NeutralRequest {
  const { names, asking }: Caller = CALLERS[dialect];
  const { body, envelope } = asking(names);
  return ingressOf(dialect).parseRequest(body, envelope);
}

/** Every name of a tool in a body, wherever it stands. */
function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([field, inner]) => {
    if (field === "name" && typeof inner === "string") return [inner];
    return field === "allowedFunctionNames" ? (inner as string[]) : namesIn(inner);
  });
}

/** An answer that calls tools by these names, whole, and as steps of a stream. */
function answerOf(names: readonly string[]): { whole: NeutralResponse; steps: NeutralChunk[] } {
  const calls = names.map((name, index) => ({ id: `c${index}`, name }));
  const parts = calls.map((call) => ({ kind: "tool-call", ...call, arguments: "{}" }) as const);
  const deltas = calls.map((opens, index) => [
    { index, opens, arguments: "", source: {} },
    { index, opens: null, arguments: "{}", source: {} },
  ]);
  const steps = deltas.map((toolCalls, at) => {
    return { source: SOURCE, ...HEAD, deltas: [{ ...BLANK_DELTA, choice: 0, first: at === 0, toolCalls }] };
  });
  const choices = [{ index: 0, parts, finish: "tool_calls" } as const];
  return { whole: { source: SOURCE, ...HEAD, choices, usage: null, outputChars: 0 }, steps };
}

describe.each(OTHERS)("B7 the tools of a caller of %s at a provider of %s", (dialect, wire) => {
  const request = requestOf(dialect);
  const said = JSON.stringify(request);
  const { body, losses, toolNames } = renderFor(wire, request, OPTIONS);
  const { names }: Caller = CALLERS[dialect];
  const sentNames = request.tools.map(({ name }) => {
    const [sent] = [...(toolNames ?? [])].find(([, callers]) => callers === name) ?? [name];
    return String(sent);
  });

  test("are known to both by names of their own, in definitions, the choice, calls and results alike", () => {
    expect(request.tools.map(({ name }) => name)).toEqual(names);
    expect(sentNames.filter((name) => !TAKEN[wire].test(name))).toEqual([]);
    expect(new Set(sentNames).size).toBe(names.length);
    const inBody = namesIn(body);
    expect(inBody.filter((name) => !sentNames.includes(name))).toEqual([]);
    // Cohere's format cannot force one tool: it is sent that one alone.
    const offered = wire === "cohere-v2" ? sentNames.slice(0, 1) : sentNames;
    expect(offered.filter((name) => !inBody.includes(name))).toEqual([]);
    expect(inBody.filter((name) => name === sentNames[0]).length).toBeGreaterThan(1);
  });

  test("keep a name that the provider takes, and the change of any other is told", () => {
    const changed = names.flatMap((name, index) => (TAKEN[wire].test(name) ? [] : [index]));
    expect(sentNames.flatMap((name, index) => (name === names[index] ? [] : [index]))).toEqual(changed);
    expect(losses.filter(({ what }) => what === "tool-name").map(({ path }) => path)).toEqual(
      changed.map((index) => `tools[${index}].name`),
    );
    expect(toolNames === undefined).toBe(changed.length === 0);
  });

  test("are called by the names that the caller knows, whole and streamed", () => {
    const { whole, steps } = answerOf(sentNames);
    const called = withCallersNames(whole, toolNames).choices[0]?.parts ?? [];
    expect(called.map((part) => part.kind === "tool-call" && part.name)).toEqual(names);
    const streamed = steps.flatMap((step) => chunkWithCallersNames(step, toolNames).deltas[0]?.toolCalls ?? []);
    expect(streamed.flatMap(({ opens }) => opens?.name ?? [])).toEqual(names);
    expect(streamed.map((call) => call.arguments).join("")).toBe("{}".repeat(names.length));
  });

  test("leave the request as it was, and with it what the cache knows it by", () => {
    expect(JSON.stringify(request)).toBe(said);
  });
});

test.each(PAIRS.filter(([dialect, wire]) => egressOf(wire).form === dialect))(
  "a caller of %s keeps its own names at a provider of %s",
  (dialect, wire) => {
    const request = requestOf(dialect);
    const rendered = renderFor(wire, request, OPTIONS);
    expect(rendered).not.toHaveProperty("toolNames");
    expect(namesIn(rendered.body["tools"])).toEqual(namesIn(request.source.body["tools"]));
    expect(rendered.losses).toEqual([]);
  },
);

test("a tool goes by one name on every wire that does not take its own", () => {
  const wires = WIRES.filter((wire) => !TAKEN[wire].test("weather.today"));
  const sent = wires.map((wire) => [...(renderFor(wire, requestOf("gemini"), OPTIONS).toolNames ?? [])][0]);
  expect(new Set(sent.map(String))).toEqual(new Set(["weather_today_b9f903e27821a4b5,weather.today"]));
});

test("a group's tool whose name in one list is too long for any wire comes back as the group's", () => {
  const request = requestOf("openai-responses");
  const codec = ingressOf("openai-responses");
  const { toolNames } = renderFor("anthropic-messages", request, OPTIONS);
  const { whole } = answerOf([...(toolNames ?? new Map<string, string>()).keys()]);
  const note = { decisionId: "d", endpoint: "e", costPicoUsd: "0" };
  const answer = withCallersNames(whole, toolNames);
  const { body } = codec.renderResponse(answer, { usage: NO_USAGE, note, echo: codec.echoOf?.(request) ?? {} });
  expect(body["output"]).toMatchObject([
    { namespace: `${SERVER}one`, name: `${SERVER}two` },
    { namespace: "a.group", name: "look" },
  ]);
});

test("the tools that may be called are allowed by the names that they are sent under", () => {
  const { names } = CALLERS.gemini;
  const request = requestOf("gemini");
  const toolChoice = { kind: "allowed", mode: "required", names: names.slice(0, 2) } as const;
  for (const wire of ["mistral", "anthropic-messages"] as const) {
    const { body } = renderFor(wire, { ...request, messages: request.messages.slice(0, 1), toolChoice }, OPTIONS);
    expect(namesIn(body["tools"])).toEqual([
      expect.stringMatching(/^weather_today_[0-9a-f]{16}$/),
      expect.stringMatching(/^weather_today_[0-9a-f]{16}$/),
    ]);
  }
});

test("any name is sent as one that the provider takes, and comes back", () => {
  const plain = { ...requestOf("anthropic-messages"), source: { dialect: "openai-completions", body: {} } } as const;
  const name = fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[\w.:/-]{0,200}$/));
  fc.assert(
    fc.property(name, fc.constantFrom(...WIRES), (called, wire) => {
      const call = { kind: "tool-call", id: "c", name: called, arguments: "{}" } as const;
      const request = {
        ...plain,
        tools: [],
        toolChoice: null,
        messages: [{ role: "assistant", parts: [call] } as const],
      };
      const { body, toolNames } = renderFor(wire, request, OPTIONS);
      const [sent = ""] = namesIn(body);
      expect(sent).toMatch(TAKEN[wire]);
      expect(withCallersNames(answerOf([sent]).whole, toolNames).choices[0]?.parts).toMatchObject([{ name: called }]);
    }),
  );
});
