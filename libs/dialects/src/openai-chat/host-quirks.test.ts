import { describe, expect, test } from "vitest";
import type { NeutralMessage } from "../neutral/message.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import { quirksOfHost } from "./host-quirks.ts";
import { HOSTS } from "./hosts/hosts.ts";
import { parseRequest } from "./parse-request.ts";
import { renderRequest } from "./render-request.ts";

const messages = [{ role: "user", content: "Hello" }];
const base = parseRequest({ model: "auto", messages });
const f = { type: "function", function: { name: "f", parameters: { type: "object" } } };
const g = { type: "function", function: { name: "g", parameters: { type: "object" } } };
const forced = { type: "function", function: { name: "g" } };

type Rendered = { body: Record<string, unknown>; losses: string[] };

/** The caller's own body on its way to a host, without what all bodies have. */
function send(host: string, own: object, model = "m"): Rendered {
  const request = parseRequest({ model: "auto", messages, ...own });
  const quirks = quirksOfHost(host, host);
  const { body, losses } = renderRequest(request, { model, maxOutputTokens: null, quirks });
  const { model: _, messages: sent, ...rest } = body;
  return {
    body: sent === messages ? rest : { messages: sent, ...rest },
    losses: losses.map(({ what, why }) => `${what} ${why}`),
  };
}

test.each<[host: string, field: string]>([
  ["api.openai.com", "max_completion_tokens"],
  ["x.openai.azure.com", "max_completion_tokens"],
  ["api.mistral.ai", "max_tokens"],
  ["api.deepseek.com", "max_tokens"],
  ["api.x.ai", "max_completion_tokens"],
  ["api.moonshot.ai", "max_completion_tokens"],
  ["api.minimax.io", "max_completion_tokens"],
  ["api.z.ai", "max_tokens"],
  ["open.bigmodel.cn", "max_tokens"],
  ["dashscope-intl.aliyuncs.com", "max_tokens"],
  ["integrate.api.nvidia.com", "max_tokens"],
  ["api.xiaomimimo.com", "max_completion_tokens"],
  ["api.groq.com", "max_completion_tokens"],
  ["api.together.xyz", "max_tokens"],
  ["api.perplexity.ai", "max_tokens"],
  ["ollama", "max_tokens"],
  ["lmstudio", "max_tokens"],
])("%s is told the bound on output as %s", (host, field) => {
  for (const spelling of ["max_tokens", "max_completion_tokens"]) {
    const { body } = send(host, { [spelling]: 5 });
    expect(body).toMatchObject({ [field]: 5 });
    expect(Object.keys(body).filter((name) => name.startsWith("max_"))).toEqual([field]);
  }
});

test("a host is known by the end of its name, and by what it is called here where its address says nothing", () => {
  expect(quirksOfHost("127.0.0.1", "ollama").toolChoices).toEqual(["auto"]);
  expect(quirksOfHost("api.deepseek.com", "mine").formats).toEqual(["json_object"]);
  expect(quirksOfHost("notapi.deepseek.com.example")).toEqual(quirksOfHost("example.org"));
});

describe("reasoning is asked for in the host's own words", () => {
  test.each<[string, string, string, object, string[]]>([
    ["api.deepseek.com", "m", "none", { thinking: { type: "disabled" } }, []],
    [
      "api.deepseek.com",
      "m",
      "medium",
      { thinking: { type: "enabled" }, reasoning_effort: "high" },
      ["reasoning-effort approximated"],
    ],
    ["api.deepseek.com", "m", "max", { thinking: { type: "enabled" }, reasoning_effort: "max" }, []],
    ["api.z.ai", "glm-4.7", "high", { thinking: { type: "enabled" } }, ["reasoning-effort approximated"]],
    ["api.z.ai", "glm-5.3", "minimal", { reasoning_effort: "low" }, ["reasoning-effort approximated"]],
    ["api.moonshot.ai", "kimi-k2.6", "none", { thinking: { type: "disabled" } }, []],
    ["api.moonshot.ai", "kimi-k3", "high", { reasoning_effort: "high" }, []],
    ["api.minimax.io", "m", "none", { thinking: { type: "disabled" }, reasoning_split: true }, []],
    ["dashscope.aliyuncs.com", "m", "none", { enable_thinking: false }, []],
    [
      "dashscope.aliyuncs.com",
      "m",
      "high",
      { enable_thinking: true, thinking_budget: 24_576 },
      ["reasoning-effort approximated"],
    ],
    ["api.groq.com", "openai/gpt-oss-120b", "xhigh", { reasoning_effort: "high" }, ["reasoning-effort approximated"]],
    ["api.groq.com", "qwen/qwen3-32b", "none", { reasoning_effort: "none" }, []],
    [
      "api.groq.com",
      "qwen/qwen3-32b",
      "high",
      { reasoning_effort: "default", reasoning_format: "parsed" },
      ["reasoning-effort approximated"],
    ],
    ["api.groq.com", "llama-3.3-70b-versatile", "high", {}, ["reasoning-effort approximated"]],
    ["api.x.ai", "grok-4", "high", {}, ["reasoning-effort approximated"]],
    ["api.x.ai", "grok-4.20-0309-reasoning", "high", {}, ["reasoning-effort approximated"]],
    ["api.x.ai", "grok-4-1-fast-non-reasoning", "high", {}, ["reasoning-effort approximated"]],
    ["api.x.ai", "grok-4.3", "none", { reasoning_effort: "none" }, []],
    ["api.x.ai", "grok-4.5", "none", { reasoning_effort: "low" }, ["reasoning-effort approximated"]],
    ["api.x.ai", "grok-4.6", "xhigh", { reasoning_effort: "xhigh" }, []],
    ["api.x.ai", "grok-3-mini", "medium", { reasoning_effort: "high" }, ["reasoning-effort approximated"]],
    ["api.moonshot.ai", "kimi-k2.7-code", "none", {}, ["reasoning-effort approximated"]],
    ["api.minimax.io", "MiniMax-M2.7", "none", { reasoning_split: true }, ["reasoning-effort approximated"]],
    ["dashscope.aliyuncs.com", "qwq-plus", "none", {}, ["reasoning-effort approximated"]],
    ["api.together.xyz", "m", "none", { reasoning: { enabled: false } }, []],
    ["openrouter.ai", "m", "max", { reasoning_effort: "xhigh" }, ["reasoning-effort approximated"]],
    ["ollama", "m", "none", { reasoning_effort: "none" }, []],
    ["example.org", "m", "minimal", { reasoning_effort: "minimal" }, []],
  ])("%s, %s: %s", (...[host, model, reasoning_effort, expected, losses]) => {
    expect(send(host, { reasoning_effort }, model)).toEqual({ body: expected, losses });
  });

  test("a caller who uses these words already is not corrected", () => {
    const own = { thinking: { type: "enabled", clear_thinking: false }, reasoning_effort: "high" };
    expect(send("api.z.ai", own)).toEqual({ body: own, losses: [] });
  });

  test("a budget goes where the host has a place for it, and is an effort elsewhere", () => {
    const reasoning = { effort: null, budgetTokens: 3000, summary: null };
    const foreign = {
      ...base,
      source: { dialect: "anthropic-messages", body: {} },
      reasoning,
      reasoningEffort: "medium",
    } as const;
    const render = (host: string): object => {
      const { body, losses } = renderRequest(foreign, {
        model: "m",
        maxOutputTokens: null,
        quirks: quirksOfHost(host),
      });
      const { messages: _, model: __, ...rest } = body;
      return { rest, losses: losses.map(({ what }) => what) };
    };
    expect(render("dashscope.aliyuncs.com")).toEqual({
      rest: { enable_thinking: true, thinking_budget: 3000 },
      losses: [],
    });
    expect(render("openrouter.ai")).toEqual({ rest: { reasoning: { max_tokens: 3000 } }, losses: [] });
    expect(render("example.org")).toEqual({ rest: { reasoning_effort: "medium" }, losses: ["reasoning-budget"] });
  });
});

describe("tools that must or may be called", () => {
  test.each<[string, unknown, object, string[]]>([
    ["api.deepseek.com", forced, { tools: [f, g], tool_choice: forced, thinking: { type: "disabled" } }, []],
    ["api.deepseek.com", "auto", { tools: [f, g], tool_choice: "auto" }, []],
    ["api.z.ai", "required", { tools: [f, g] }, ["tool-choice approximated"]],
    ["api.z.ai", "none", {}, ["tool-choice approximated"]],
    ["api.z.ai", forced, { tools: [g] }, ["tool-choice approximated"]],
    ["lmstudio", forced, { tools: [g], tool_choice: "required" }, ["tool-choice approximated"]],
    ["dashscope.aliyuncs.com", "required", { tools: [f, g] }, ["tool-choice approximated"]],
    [
      "api.groq.com",
      { type: "allowed_tools", allowed_tools: { mode: "required", tools: [forced] } },
      { tools: [g], tool_choice: "required" },
      ["tool-choice approximated"],
    ],
    ["api.perplexity.ai", "auto", {}, ["tools no-equivalent", "tool-choice no-equivalent"]],
  ])("%s: %j", (...[host, tool_choice, expected, losses]) => {
    const sent = send(host, { tools: [f, g], tool_choice });
    expect(sent).toEqual({ body: expected, losses });
  });
});

describe("what the answer has to be", () => {
  const schema = { type: "object", properties: { a: { type: "string" } } };
  const asked = { type: "json_schema", json_schema: { name: "n", schema, strict: true } };

  test("a schema is asked for in words where a host only has JSON", () => {
    const { body, losses } = send("api.deepseek.com", { response_format: asked });
    expect(body["response_format"]).toEqual({ type: "json_object" });
    const [system, ...rest] = body["messages"] as { role: string; content: string }[];
    expect(system).toMatchObject({ role: "system", content: expect.stringContaining(JSON.stringify(schema)) });
    expect(rest).toEqual(messages);
    expect(losses).toEqual(["json-schema approximated"]);
  });

  test("JSON is any object's schema where a host only has schemas", () => {
    const { body, losses } = send("lmstudio", { response_format: { type: "json_object" } });
    expect(body).toEqual({
      response_format: { type: "json_schema", json_schema: { name: "answer", schema: { type: "object" } } },
    });
    expect(losses).toEqual(["json-object approximated"]);
  });

  test("what a host takes is left as it is", () => {
    expect(send("api.groq.com", { response_format: asked })).toEqual({ body: { response_format: asked }, losses: [] });
  });
});

test.each<[string, string, object, object, string[]]>([
  ["api.openai.com", "o3-mini", { temperature: 0, top_p: 1 }, {}, ["temperature no-equivalent", "top-p no-equivalent"]],
  ["api.openai.com", "gpt-4.1", { temperature: 0 }, { temperature: 0 }, []],
  ["api.moonshot.ai", "kimi-k2.6", { temperature: 0 }, {}, ["temperature no-equivalent"]],
  ["api.moonshot.ai", "moonshot-v1-8k", { temperature: 2 }, { temperature: 1 }, ["temperature out-of-range"]],
  [
    "api.minimax.io",
    "m",
    { temperature: 0, n: 2 },
    { temperature: 0.01, n: 1, reasoning_split: true },
    ["choices out-of-range", "temperature out-of-range"],
  ],
  ["api.z.ai", "m", { stop: ["a", "b"], seed: 1 }, { stop: ["a"] }, ["seed no-equivalent", "stop out-of-range"]],
  ["api.groq.com", "m", { logprobs: false, seed: 1 }, { seed: 1 }, []],
  ["api.fireworks.ai", "m", { store: true, seed: 1 }, { seed: 1 }, ["store no-equivalent"]],
  ["api.x.ai", "grok-4.3", { stop: "x" }, {}, ["stop no-equivalent"]],
  ["example.org", "m", { store: true, top_k: 4, unknown: [] }, { store: true, top_k: 4, unknown: [] }, []],
])("%s, %s: of %j only what it takes is sent", (...[host, model, own, expected, losses]) => {
  expect(send(host, own, model)).toEqual({ body: expected, losses });
});

test("names and strictness go where a host refuses them", () => {
  const named = {
    messages: [{ role: "user", name: "u", content: "Hello" }],
    tools: [{ type: "function", function: { name: "f", strict: true } }],
  };
  const { body, losses } = send("api.z.ai", named);
  expect(body).toEqual({
    messages: [{ role: "user", content: "Hello" }],
    tools: [{ type: "function", function: { name: "f" } }],
  });
  expect(losses).toEqual(["name no-equivalent", "strict no-equivalent"]);
});

describe("B9 signed reasoning of another dialect", () => {
  const state = { wire: "anthropic-messages", kind: "signature", value: "SIGNED" } as const;
  const parts: NeutralMessage["parts"] = [
    { kind: "reasoning", text: "Hm", state },
    { kind: "text", text: "Hi", cache: { ttl: "1h" } },
  ];
  const request: NeutralRequest = {
    ...base,
    source: { dialect: "anthropic-messages", body: {} },
    messages: [{ role: "assistant", parts }],
  };
  const render = (host: string): ReturnType<typeof renderRequest> => {
    return renderRequest(request, { model: "m", maxOutputTokens: null, quirks: quirksOfHost(host) });
  };

  test("goes back through a host that hands it on, byte for byte", () => {
    const { body, losses } = render("openrouter.ai");
    expect(body["messages"]).toEqual([
      {
        role: "assistant",
        content: [{ type: "text", text: "Hi", cache_control: { type: "ephemeral", ttl: "1h" } }],
        reasoning_details: [
          { type: "reasoning.text", text: "Hm", signature: "SIGNED", format: "anthropic-claude-v1", index: 0 },
        ],
      },
    ]);
    expect(losses).toEqual([]);
  });

  test("is words alone where a host wants the words back", () => {
    const { body, losses } = render("api.deepseek.com");
    expect(body["messages"]).toEqual([{ role: "assistant", content: "Hi", reasoning_content: "Hm" }]);
    expect(losses.map(({ what }) => what)).toEqual(["cache-mark", "reasoning-signature"]);
  });
});

test.each([
  [false, ["parallel-tool-calls no-equivalent"]],
  [true, []],
])(
  "parallel_tool_calls %s, at a host that does not know it, is a loss where it asks for something",
  (asked, losses) => {
    expect(send("api.deepseek.com", { tools: [f], parallel_tool_calls: asked })).toEqual({
      body: { tools: [f] },
      losses,
    });
  },
);

test("every host says where what is said of it stands, or since when nobody has found that", () => {
  for (const { hosts, names, sources, unverified = "2026-01-01" } of HOSTS) {
    expect([...hosts, ...names]).not.toEqual([]);
    expect(sources).not.toEqual([]);
    for (const source of sources) expect(new URL(source).protocol).toBe("https:");
    expect(unverified).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  }
});
