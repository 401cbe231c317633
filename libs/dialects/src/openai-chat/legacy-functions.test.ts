import { WIRES, type WireName } from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import { renderFor } from "../codecs.ts";
import type { NeutralResponse } from "../neutral/response.ts";
import { chunksOfResponse } from "../neutral/response-chunks.ts";
import type { JsonObject } from "../neutral/source.ts";
import { openaiChatIngress as ingress } from "./ingress.ts";
import { parseRequest } from "./parse-request.ts";
import { parseResponse } from "./parse-response.ts";
import { callsOf, chunk, runStream, sse, textOf } from "./stream.test-kit.ts";

const look = { name: "look", description: "Looks.", parameters: { type: "object", properties: {} } };
const said = (at: string): object => ({
  role: "assistant",
  content: null,
  function_call: { name: "look", arguments: `{"at":"${at}"}` },
});
const ASKED = {
  model: "auto",
  messages: [
    { role: "user", content: "Look twice." },
    said("one"),
    { role: "function", name: "look", content: "a cat" },
    said("two"),
    { role: "function", name: "look", content: "a dog" },
  ],
  functions: [look],
  function_call: { name: "look" },
};

/** Every value of these members, at any depth, in their order. */
function valuesOf(value: unknown, names: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((each) => valuesOf(each, names));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => [
    ...(names.includes(name) && typeof each === "string" ? [each] : []),
    ...valuesOf(each, names),
  ]);
}

describe("a conversation of functions", () => {
  test.each(WIRES.filter((wire) => wire !== "gemini"))(
    "B8 goes to %s as calls and their results, by ids of its own",
    (wire) => {
      const body = sent(wire, ASKED);
      const ids = valuesOf(body, ["id", "call_id", "tool_call_id", "tool_use_id", "toolUseId"]);
      expect(ids).toHaveLength(4);
      const [one, oneAgain, two, twoAgain] = ids;
      expect([oneAgain, twoAgain]).toEqual([one, two]);
      expect(one).not.toEqual(two);
      expect(JSON.stringify(body)).not.toMatch(/"role":"function"|"functions":/);
      const shorter = sent(wire, { ...ASKED, messages: ASKED.messages.slice(0, 3) });
      expect(valuesOf(shorter, ["id", "call_id", "tool_call_id", "tool_use_id", "toolUseId"])).toEqual([one, one]);
    },
  );

  test("to Gemini, which goes by names", () => {
    const { contents, tools } = sent("gemini", ASKED) as { contents: unknown; tools: unknown };
    expect(valuesOf(contents, ["name"])).toEqual(["look", "look", "look", "look"]);
    expect(valuesOf(tools, ["name"])).toEqual(["look"]);
  });

  test("to a provider of this dialect in today's form, with all else as it was", () => {
    const { messages, ...rest } = sent("openai-chat", { ...ASKED, top_k: 5 });
    const call = { name: "look", arguments: '{"at":"one"}' };
    expect((messages as unknown[]).slice(0, 3)).toEqual([
      { role: "user", content: "Look twice." },
      { role: "assistant", content: null, tool_calls: [{ id: "call_1_0", type: "function", function: call }] },
      { role: "tool", tool_call_id: "call_1_0", content: "a cat" },
    ]);
    expect(rest).toEqual({
      model: "m",
      tools: [{ type: "function", function: look }],
      tool_choice: { type: "function", function: { name: "look" } },
      top_k: 5,
    });
  });

  test.each([
    ["auto", "auto"],
    ["none", "none"],
    [undefined, undefined],
  ])("with function_call %j", (function_call, tool_choice) => {
    expect(sent("openai-chat", { ...ASKED, function_call })["tool_choice"]).toEqual(tool_choice);
  });

  test("that offers none any more loses nothing, and tools beside functions are refused", () => {
    const { functions: _, function_call: __, ...without } = ASKED;
    expect(sent("openai-chat", without)).not.toHaveProperty("tools");
    expect(() => parseRequest({ ...ASKED, tools: [{ type: "function", function: look }] })).toThrow(/'functions'/);
  });
});

function sent(wire: WireName, body: object): JsonObject {
  return renderFor(wire, parseRequest(body), { model: "m", maxOutputTokens: null }).body;
}

const echo = ingress.echoOf?.(parseRequest(ASKED)) ?? {};
const usage = {
  inputTokens: 1,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 2,
  reasoningTokens: 0,
  source: "reported",
} as const;
const options = { usage, note: { decisionId: "d", costPicoUsd: "1", endpoint: "a/m" }, echo };

/** What a client puts together of a stream's `function_call`. */
function functionOf(frames: string): { name: string; arguments: string; finish: string | null; content: string } {
  const read = { name: "", arguments: "", finish: null as string | null, content: "" };
  for (const line of frames.split("\n\n").filter((each) => each.startsWith("data: {"))) {
    const { choices } = JSON.parse(line.slice(6)) as {
      choices: { delta: { content?: string; function_call?: Partial<typeof read> }; finish_reason: string | null }[];
    };
    for (const { delta, finish_reason: finish } of choices) {
      expect(delta).not.toHaveProperty("tool_calls");
      read.content += delta.content ?? "";
      read.name += delta.function_call?.name ?? "";
      read.arguments += delta.function_call?.arguments ?? "";
      read.finish ??= finish;
    }
  }
  return read;
}

describe("an answer to who asked with functions", () => {
  const call = { kind: "tool-call", id: "toolu_1", name: "look", arguments: '{"at":"x"}' } as const;
  const built: NeutralResponse = {
    source: { dialect: "anthropic-messages", body: {} },
    id: "x",
    createdAtS: 7,
    model: "m",
    choices: [
      {
        index: 0,
        parts: [{ kind: "text", text: "Hm." }, call, { ...call, id: "toolu_2", name: "other" }],
        finish: "tool_calls",
      },
    ],
    usage,
    outputChars: 20,
  };

  test("of another wire holds its first call, and names the others as lost", () => {
    const { body, losses } = ingress.renderResponse(built, options);
    expect(body["choices"]).toMatchObject([
      {
        message: { content: "Hm.", function_call: { name: "look", arguments: '{"at":"x"}' } },
        finish_reason: "function_call",
      },
    ]);
    expect(JSON.stringify(body)).not.toContain("tool_calls");
    expect(losses).toEqual([{ path: "choices[0]", what: "tool-call", why: "no-equivalent" }]);
  });

  test("streams the same", () => {
    const expected = { name: "look", arguments: '{"at":"x"}', finish: "function_call", content: "Hm." };
    expect(functionOf(ingress.renderAsStream(built, { ...options, includeUsage: true }))).toEqual(expected);
    let state = ingress.startWriting({ includeUsage: false, echo });
    let frames = "";
    for (const each of chunksOfResponse(built)) {
      const [next, frame] = ingress.writeChunk(state, each);
      state = next;
      frames += frame;
    }
    expect(functionOf(frames)).toEqual(expected);
    expect(state.losses).toEqual([{ path: "choices[0]", what: "tool-call", why: "no-equivalent" }]);
  });

  test("is in their form from a provider of this dialect, too, whole and streamed, and kept in today's", () => {
    const calls = [{ id: "c", type: "function", function: { name: "look", arguments: "{}" } }];
    const body = {
      id: "u",
      created: 1,
      model: "m",
      choices: [
        { index: 0, message: { role: "assistant", content: null, tool_calls: calls }, finish_reason: "tool_calls" },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    };
    const response = parseResponse(body, {
      provider: "a",
      secrets: [],
      defaults: { id: "d", createdAtS: 1, model: "m" },
    });
    const { body: shown } = ingress.renderResponse(response, options);
    expect(shown["choices"]).toMatchObject([
      { message: { content: null, function_call: { name: "look", arguments: "{}" } }, finish_reason: "function_call" },
    ]);
    expect(ingress.keptOf(response, usage)).toBe(body);
    const opening = { index: 0, id: "c", type: "function", function: { name: "look", arguments: "" } };
    const pieces = sse(
      chunk({ role: "assistant", content: null, tool_calls: [opening] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{"a":' } }] }),
      chunk({ tool_calls: [{ index: 1, id: "e", function: { name: "other", arguments: "{}" } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: "1}" } }] }),
      chunk({}, "tool_calls"),
      "[DONE]",
    );
    const run = runStream([pieces], { echo });
    expect(functionOf(run.text)).toEqual({ name: "look", arguments: '{"a":1}', finish: "function_call", content: "" });
    expect(run.collected).toMatchObject({ choices: [{ message: { tool_calls: [{ id: "c" }, { id: "e" }] } }] });
  });
});

describe("a host that answers with function_call, though asked with tools", () => {
  const called = { name: "look", arguments: "{}" };

  test("is read as one that made a call, whole", () => {
    const message = { role: "assistant", content: null, function_call: called };
    const body = { choices: [{ index: 0, message, finish_reason: "function_call" }] };
    const defaults = { id: "d", createdAtS: 1, model: "m" };
    const response = parseResponse(body, { provider: "a", secrets: [], defaults });
    const { echo: _, ...today } = options;
    const shown = ingress.renderResponse(response, today).body["choices"] as { message: object }[];
    expect(shown).toMatchObject([
      {
        message: { tool_calls: [{ id: "call_d0_0", type: "function", function: called }] },
        finish_reason: "tool_calls",
      },
    ]);
    expect(shown[0]?.message).not.toHaveProperty("function_call");
  });

  test("and in a stream", () => {
    const run = runStream([
      sse(
        chunk({ role: "assistant", content: null, function_call: { name: "look", arguments: "" } }),
        chunk({ function_call: { arguments: '{"a"' } }),
        chunk({ function_call: { arguments: ":1}" } }),
        chunk({}, "function_call"),
        "[DONE]",
      ),
    ]);
    expect(callsOf(run)).toEqual([{ id: expect.any(String) as string, name: "look", arguments: '{"a":1}' }]);
    expect(textOf(run)).toBe("");
    expect(run.chunks.at(-1)?.choices[0]?.finish_reason).toBe("tool_calls");
    expect(run.text).not.toContain("function_call");
  });
});
