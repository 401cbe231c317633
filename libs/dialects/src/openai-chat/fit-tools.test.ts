import { describe, expect, test } from "vitest";
import { quirksOfHost } from "./host-quirks.ts";
import { parseRequest } from "./parse-request.ts";
import { renderRequest } from "./render-request.ts";

const messages = [{ role: "user", content: "Hello" }];
const f = { type: "function", function: { name: "f", parameters: { type: "object" } } };
const g = { type: "function", function: { name: "g", parameters: { type: "object" } } };
const forced = { type: "function", function: { name: "g" } };

type Rendered = { body: Record<string, unknown>; losses: string[] };

/** The caller's own body on its way to a host, without what all bodies have. */
function send(host: string, own: object, model = "m"): Rendered {
  const request = parseRequest({ model: "auto", messages, ...own });
  const { body, losses } = renderRequest(request, { model, maxOutputTokens: null, quirks: quirksOfHost(host, host) });
  const { model: _, messages: sent, ...rest } = body;
  return {
    body: sent === messages ? rest : { messages: sent, ...rest },
    losses: losses.map(({ what, why }) => `${what} ${why}`),
  };
}

describe("a call that is demanded of a model that reasons", () => {
  const tools = [f, g];
  const narrowed = { tools: [g], tool_choice: "required" };
  const left = ["tool-choice approximated"];

  test.each<[host: string, model: string, own: object, expected: object, losses: string[]]>([
    ["api.deepseek.com", "deepseek-chat", { tools, tool_choice: "required" }, { tools, tool_choice: "required" }, []],
    [
      "api.deepseek.com",
      "deepseek-v4-pro",
      { tools, tool_choice: forced, reasoning_effort: "high" },
      { tools: [g], reasoning_effort: "high", thinking: { type: "enabled" } },
      left,
    ],
    [
      "api.deepseek.com",
      "deepseek-v4-pro",
      { tools, tool_choice: "required", thinking: { type: "enabled" } },
      { tools, thinking: { type: "enabled" } },
      left,
    ],
    [
      "api.moonshot.ai",
      "kimi-k2.6",
      { tools, tool_choice: "required" },
      { tools, tool_choice: "required", thinking: { type: "disabled" } },
      [],
    ],
    ["api.moonshot.ai", "kimi-k2.7-code", { tools, tool_choice: "required" }, { tools }, left],
    ["api.moonshot.ai", "kimi-k3", { tools, tool_choice: forced }, narrowed, left],
    [
      "dashscope.aliyuncs.com",
      "qwen3.6-plus",
      { tools, tool_choice: forced },
      { tools, tool_choice: forced, enable_thinking: false },
      [],
    ],
    ["dashscope.aliyuncs.com", "qwen-plus", { tools, tool_choice: forced }, { tools, tool_choice: forced }, []],
    ["dashscope.aliyuncs.com", "qwq-plus", { tools, tool_choice: forced }, { tools: [g] }, left],
  ])("%s, %s: %j", (...[host, model, own, expected, losses]) => {
    expect(send(host, own, model)).toEqual({ body: expected, losses });
  });
});

test.each<[model: string, own: object, expected: object, losses: string[]]>([
  ["gpt-5.5", { tools: [f] }, { tools: [f], reasoning_effort: "none" }, []],
  [
    "gpt-5.4-mini",
    { tools: [f], reasoning_effort: "high" },
    { tools: [f], reasoning_effort: "none" },
    ["reasoning-effort conflict"],
  ],
  ["gpt-5.5", { reasoning_effort: "high" }, { reasoning_effort: "high" }, []],
  ["gpt-5.1", { tools: [f], reasoning_effort: "high" }, { tools: [f], reasoning_effort: "high" }, []],
  ["gpt-5.2-chat-latest", { tools: [f] }, { tools: [f] }, []],
])("OpenAI takes of %s no functions beside reasoning in this format: %j", (...[model, own, expected, losses]) => {
  expect(send("api.openai.com", own, model)).toEqual({ body: expected, losses });
});

describe("B9 earlier calls without the reasoning behind them", () => {
  const call = { id: "call_1", type: "function", function: { name: "f", arguments: "{}" } };
  const turn = (own: object): object[] => [
    ...messages,
    { role: "assistant", content: null, tool_calls: [call], ...own },
    { role: "tool", tool_call_id: "call_1", content: "x" },
  ];
  const sent = (host: string, own: object, more: object = {}): Rendered & { turn: unknown } => {
    const rendered = send(host, { messages: turn(own), ...more });
    return { ...rendered, turn: (rendered.body["messages"] as unknown[])[1] };
  };

  test.each(["api.deepseek.com", "api.moonshot.ai", "api.xiaomimimo.com"])(
    "get words for it where %s refuses them",
    (host) => {
      const { turn: said, losses } = sent(host, {});
      expect(said).toMatchObject({ tool_calls: [call], reasoning_content: "Next is f (call_1)." });
      expect(losses).toEqual(["reasoning approximated"]);
    },
  );

  test("keep what was brought back, by either name", () => {
    expect(sent("api.deepseek.com", { reasoning_content: "Hm" })).toMatchObject({
      turn: { reasoning_content: "Hm" },
      losses: [],
    });
    expect(sent("api.deepseek.com", { reasoning: "Hm" })).toMatchObject({
      turn: { reasoning_content: "Hm" },
      losses: [],
    });
  });

  test("stay as they are where the model does not reason, and at other hosts", () => {
    const off = sent("api.deepseek.com", {}, { reasoning_effort: "none" });
    expect(off.turn).not.toHaveProperty("reasoning_content");
    expect(sent("api.groq.com", {}).turn).not.toHaveProperty("reasoning_content");
  });
});
