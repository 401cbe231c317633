import type { TranslationLoss } from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import type { NeutralMessage } from "../neutral/message.ts";
import type { NeutralPart } from "../neutral/part.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import { parseRequest } from "../openai-chat/parse-request.ts";
import { renderRequest } from "./render-request.ts";

const base = parseRequest({ model: "auto", messages: [{ role: "user", content: "Hello" }] });
const render = (change: Partial<NeutralRequest>, cap: number | null = null): ReturnType<typeof renderRequest> => {
  return renderRequest({ ...base, ...change }, { model: "command-a", maxOutputTokens: cap });
};
const named = (losses: readonly TranslationLoss[]): string[] =>
  losses.map(({ path, what, why }) => `${path} ${what} ${why}`);
const assistant = (...parts: NeutralPart[]): NeutralMessage => ({ role: "assistant", parts });
const user = (...parts: NeutralPart[]): NeutralMessage => ({ role: "user", parts });
const text = (words: string): NeutralPart => ({ kind: "text", text: words });
const tool = (name: string, strict: boolean | null = null): NeutralRequest["tools"][number] => {
  return { kind: "function", name, description: null, parameters: { type: "object" }, strict };
};

describe("B8 a request becomes one of Cohere's", () => {
  test("with a conversation that uses tools", () => {
    const request = parseRequest({
      model: "auto",
      stream: true,
      messages: [
        { role: "developer", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "image_url", image_url: { url: "data:image/png;base64,AAAA", detail: "low" } },
          ],
        },
        {
          role: "assistant",
          content: null,
          reasoning_content: "I look.",
          tool_calls: [
            { id: "c1", type: "function", function: { name: "look", arguments: '{"at":1}' } },
            { id: "c2", type: "function", function: { name: "wait", arguments: "" } },
          ],
        },
        { role: "tool", tool_call_id: "c1", content: "dark" },
        {
          role: "tool",
          tool_call_id: "c2",
          content: [
            { type: "text", text: "a" },
            { type: "text", text: "b" },
          ],
        },
        { role: "assistant", content: "Nothing.", reasoning_content: "Hm" },
        { role: "user", content: "Sure?" },
      ],
      tools: [
        {
          type: "function",
          function: { name: "look", description: "Looks.", parameters: { type: "object" }, strict: true },
        },
        { type: "function", function: { name: "wait", strict: true } },
      ],
      tool_choice: "required",
      max_completion_tokens: 50,
      temperature: 0.2,
      top_p: 0.5,
      seed: 1,
      stop: ["END"],
    });
    const { path, body, losses } = renderRequest(request, { model: "command-a", maxOutputTokens: 40 });
    expect(losses).toEqual([]);
    expect(path).toBe("/chat");
    expect(body).toEqual({
      model: "command-a",
      stream: true,
      messages: [
        { role: "system", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "image_url", image_url: { url: "data:image/png;base64,AAAA", detail: "low" } },
          ],
        },
        {
          role: "assistant",
          tool_plan: "I look.",
          tool_calls: [
            { id: "c1", type: "function", function: { name: "look", arguments: '{"at":1}' } },
            { id: "c2", type: "function", function: { name: "wait", arguments: "{}" } },
          ],
        },
        { role: "tool", tool_call_id: "c1", content: "dark" },
        {
          role: "tool",
          tool_call_id: "c2",
          content: [
            { type: "text", text: "a" },
            { type: "text", text: "b" },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "Hm" },
            { type: "text", text: "Nothing." },
          ],
        },
        { role: "user", content: "Sure?" },
      ],
      tools: [
        { type: "function", function: { name: "look", description: "Looks.", parameters: { type: "object" } } },
        { type: "function", function: { name: "wait", parameters: { type: "object", properties: {} } } },
      ],
      strict_tools: true,
      tool_choice: "REQUIRED",
      max_tokens: 40,
      temperature: 0.2,
      seed: 1,
      p: 0.5,
      stop_sequences: ["END"],
    });
  });

  test("calls of the legacy kind are given ids, and their results the same", () => {
    const { body } = renderRequest(
      parseRequest({
        model: "m",
        messages: [
          { role: "assistant", content: null, function_call: { name: "f", arguments: "{}" } },
          { role: "function", name: "f", content: "r" },
        ],
      }),
      { model: "m", maxOutputTokens: null },
    );
    expect(body["messages"]).toMatchObject([
      { tool_calls: [{ id: "call_0_0" }] },
      { role: "tool", tool_call_id: "call_0_0" },
    ]);
  });

  test("a tool that must be called is the only one that is shown", () => {
    const { body, losses } = render({ tools: [tool("a"), tool("b")], toolChoice: { kind: "tool", name: "b" } });
    expect(body).toMatchObject({ tools: [{ function: { name: "b" } }], tool_choice: "REQUIRED" });
    expect(named(losses)).toEqual(["toolChoice tool-choice approximated"]);
  });

  test("a text to be cited from is a document beside the messages", () => {
    const file = {
      kind: "file",
      source: { kind: "text", text: "Fact." },
      name: "a.txt",
      context: "old",
      citations: true,
    } as const;
    const { body, losses } = render({ messages: [user(text("Why?"), file)] });
    expect(body["documents"]).toEqual([{ id: "doc_0", data: { title: "a.txt", context: "old", text: "Fact." } }]);
    expect(body["messages"]).toEqual([{ role: "user", content: "Why?" }]);
    expect(named(losses)).toEqual(["messages[0].parts[1] file-place approximated"]);
  });

  test("a picture in a tool's result follows the results as the user's", () => {
    const image = { kind: "image", source: { kind: "url", url: "https://example.org/a.png" }, detail: null } as const;
    const { body, losses } = render({
      messages: [{ role: "tool", callId: "c1", parts: [text("see"), image], isError: true }, user(text("And?"))],
    });
    expect(body["messages"]).toEqual([
      { role: "tool", tool_call_id: "c1", content: "see" },
      {
        role: "user",
        content: [
          { type: "text", text: "The result of c1:" },
          { type: "image_url", image_url: { url: "https://example.org/a.png" } },
        ],
      },
      { role: "user", content: "And?" },
    ]);
    expect(named(losses)).toEqual([
      "messages[0].isError tool-error no-equivalent",
      "messages[0] tool-result-media approximated",
    ]);
  });

  test.each<[NeutralRequest["reasoning"], object | undefined, string[]]>([
    [null, undefined, []],
    [{ effort: "none", budgetTokens: null, summary: null }, { type: "disabled" }, []],
    [{ effort: "low", budgetTokens: 700, summary: null }, { type: "enabled", token_budget: 700 }, []],
    [
      { effort: null, budgetTokens: null, adaptive: true, summary: null },
      { type: "enabled" },
      ["reasoning.adaptive adaptive-reasoning approximated"],
    ],
  ])("reasoning %j", (reasoning, thinking, losses) => {
    const rendered = render({ reasoning });
    expect(rendered.body["thinking"]).toEqual(thinking);
    expect(named(rendered.losses)).toEqual(losses);
  });

  test.each<[Partial<NeutralRequest>, object | undefined, string[]]>([
    [{ responseFormat: { kind: "json-object" } }, { type: "json_object" }, []],
    [
      {
        responseFormat: { kind: "json-schema", name: "n", schema: { type: "object" }, description: null, strict: true },
      },
      { type: "json_object", json_schema: { type: "object" } },
      [],
    ],
    [
      { responseFormat: { kind: "json-object" }, tools: [tool("a")] },
      undefined,
      ["responseFormat json-object conflict"],
    ],
  ])("the response format of %j", (change, format, losses) => {
    const rendered = render(change);
    expect(rendered.body["response_format"]).toEqual(format);
    expect(named(rendered.losses)).toEqual(losses);
  });
});

describe("B8 what Cohere cannot say is named", () => {
  const state = { wire: "anthropic-messages", kind: "signature", value: "SIGNED" } as const;
  const pdf = { kind: "file", source: { kind: "base64", mime: "application/pdf", data: "AA" }, name: null } as const;

  test.each<[string, Partial<NeutralRequest>, string[]]>([
    [
      "a signature",
      { messages: [assistant({ kind: "reasoning", text: "Hm", state }, text("Hi"))] },
      ["messages[0].parts[0].state reasoning-signature foreign"],
    ],
    ["a PDF", { messages: [user(pdf)] }, ["messages[0].parts[0] file no-equivalent"]],
    [
      "sound",
      { messages: [user({ kind: "audio", source: { kind: "base64", mime: "audio/wav", data: "AA" } })] },
      ["messages[0].parts[0] audio no-equivalent"],
    ],
    [
      "a refusal",
      { messages: [assistant({ kind: "refusal", text: "No." })] },
      ["messages[0].parts[0] refusal approximated"],
    ],
    [
      "a cache mark",
      { messages: [user({ kind: "text", text: "a", cache: { ttl: null } })] },
      ["messages[0].parts[0].cache cache-mark no-equivalent"],
    ],
    [
      "a late system message",
      { messages: [user(text("a")), { role: "system", parts: [text("b")] }] },
      ["messages[1] system-place approximated"],
    ],
    ["strictness of some tools", { tools: [tool("a", true), tool("b")] }, ["tools[0].strict strict no-equivalent"]],
    [
      "a custom tool",
      { tools: [{ kind: "custom", name: "c", description: null, parameters: null, format: null }] },
      ["tools[0] custom-tool no-equivalent"],
    ],
    [
      "two penalties",
      { sampling: { ...base.sampling, frequencyPenalty: 0.5, presencePenalty: -1 } },
      ["sampling.presencePenalty presence-penalty out-of-range"],
    ],
    [
      "two penalties within range",
      { sampling: { ...base.sampling, frequencyPenalty: 0.5, presencePenalty: 1 } },
      ["sampling.presencePenalty presence-penalty conflict"],
    ],
    ["the whole probability mass", { sampling: { ...base.sampling, topP: 1 } }, ["sampling.topP top-p out-of-range"]],
    ["several choices", { choices: 2 }, ["choices choices no-equivalent"]],
    ["labels", { user: "u", metadata: { a: "b" } }, ["user user no-equivalent", "metadata metadata no-equivalent"]],
  ])("%s", (_, change, expected) => {
    const { body, losses } = render(change);
    expect(named(losses)).toEqual(expected);
    expect(JSON.stringify(body)).not.toContain("SIGNED");
  });
});
