import type { TranslationLoss } from "@signalbox/proto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderFor } from "../codecs.ts";
import type { NeutralMessage } from "../neutral/message.ts";
import type { NeutralPart } from "../neutral/part.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import { parseRequest } from "../openai-chat/parse-request.ts";
import { mistralCallId } from "./call-id.ts";

const base = parseRequest({ model: "auto", messages: [{ role: "user", content: "Hello" }] });
const render = (change: Partial<NeutralRequest>, cap: number | null = null): ReturnType<typeof renderFor> => {
  return renderFor("mistral", { ...base, ...change }, { model: "mistral-small", maxOutputTokens: cap });
};
const named = (losses: readonly TranslationLoss[]): string[] =>
  losses.map(({ path, what, why }) => `${path} ${what} ${why}`);
const user = (...parts: NeutralPart[]): NeutralMessage => ({ role: "user", parts });
const text = (words: string): NeutralPart => ({ kind: "text", text: words });
const signed = (wire: "mistral" | "gemini", words: string): NeutralPart => {
  return { kind: "reasoning", text: words, state: { wire, kind: "signature", value: "c2ln" } };
};

describe("B8 a request becomes one of Mistral's", () => {
  test("with its own words for what OpenAI calls otherwise, and no field that it does not know", () => {
    const request = parseRequest({
      model: "auto",
      stream: true,
      stream_options: { include_usage: true },
      messages: [
        { role: "developer", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "Read." },
            { type: "image_url", image_url: { url: "https://example.org/a.png" } },
            { type: "input_audio", input_audio: { data: "BBBB", format: "mp3" } },
            { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,CCCC" } },
          ],
        },
        {
          role: "assistant",
          content: "I look.",
          reasoning_content: "Hm",
          tool_calls: [{ id: "call_0fypS1hVX", type: "function", function: { name: "look", arguments: "" } }],
        },
        { role: "tool", tool_call_id: "call_0fypS1hVX", content: "dark" },
      ],
      tools: [{ type: "function", function: { name: "look", description: "Looks." } }],
      tool_choice: "required",
      parallel_tool_calls: false,
      max_completion_tokens: 50,
      seed: 7,
      stop: "END",
      prompt_cache_key: "k",
    });
    const { path, body, losses } = renderFor("mistral", request, { model: "mistral-small", maxOutputTokens: 40 });
    const id = mistralCallId("call_0fypS1hVX", "");
    expect(id).toMatch(/^[A-Za-z0-9]{9}$/);
    expect(losses).toEqual([]);
    expect(path).toBe("/chat/completions");
    expect(body).toEqual({
      model: "mistral-small",
      stream: true,
      messages: [
        { role: "system", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "Read." },
            { type: "image_url", image_url: { url: "https://example.org/a.png" } },
            { type: "input_audio", input_audio: "BBBB" },
            { type: "document_url", document_url: "data:application/pdf;base64,CCCC", document_name: "a.pdf" },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: [{ type: "text", text: "Hm" }] },
            { type: "text", text: "I look." },
          ],
          tool_calls: [{ id, type: "function", function: { name: "look", arguments: "{}" } }],
        },
        { role: "tool", tool_call_id: id, content: "dark" },
      ],
      tools: [
        {
          type: "function",
          function: { name: "look", description: "Looks.", parameters: { type: "object", properties: {} } },
        },
      ],
      tool_choice: "any",
      parallel_tool_calls: false,
      max_tokens: 40,
      random_seed: 7,
      stop: ["END"],
      prompt_cache_key: "k",
    });
  });

  test("an answer that is begun for the model is marked as such", () => {
    const { body } = render({ messages: [user(text("Go")), { role: "assistant", parts: [text("{")] }] });
    expect(body["messages"]).toEqual([
      { role: "user", content: "Go" },
      { role: "assistant", content: "{", prefix: true },
    ]);
  });

  test("a user who goes on after a tool waits for the assistant", () => {
    const { body, losses } = render({
      messages: [{ role: "tool", callId: "abcdefghi", parts: [text("r")] }, user(text("Stop"))],
    });
    expect((body["messages"] as { role: string }[]).map(({ role }) => role)).toEqual(["tool", "assistant", "user"]);
    expect(named(losses)).toEqual(["messages[1] turn-order approximated"]);
  });

  test.each<[NeutralRequest["reasoningEffort"], string | undefined, string[]]>([
    [null, undefined, []],
    ["none", "none", []],
    ["minimal", "none", ["reasoning.effort reasoning-effort approximated"]],
    ["low", "high", ["reasoning.effort reasoning-effort approximated"]],
    ["high", "high", []],
    ["max", "high", ["reasoning.effort reasoning-effort approximated"]],
  ])("the effort %s", (effort, expected, losses) => {
    const reasoning = effort === null ? null : { effort, budgetTokens: null, summary: null };
    const rendered = render({ reasoning, reasoningEffort: effort });
    expect(rendered.body["reasoning_effort"]).toBe(expected);
    expect(named(rendered.losses)).toEqual(losses);
  });

  test.each<[string, NeutralRequest["reasoningEffort"], string | undefined, string[]]>([
    ["mistral-large-4", "none", "none", []],
    ["mistral-large-4", "minimal", "low", ["reasoning.effort reasoning-effort approximated"]],
    ["mistral-large-4-0", "medium", "medium", []],
    ["mistral-large-4-0", "max", "high", ["reasoning.effort reasoning-effort approximated"]],
    ["magistral-small-latest", "medium", "high", ["reasoning.effort reasoning-effort approximated"]],
    ["codestral-latest", "none", undefined, []],
    ["mistral-large-2512", "high", undefined, ["reasoning reasoning no-equivalent"]],
  ])("the effort that %s takes for %s", (...[model, effort, expected, losses]) => {
    const reasoning = { effort, budgetTokens: null, summary: null };
    const request = { ...base, reasoning, reasoningEffort: effort };
    const rendered = renderFor("mistral", request, { model, maxOutputTokens: null });
    expect(rendered.body["reasoning_effort"]).toBe(expected);
    expect(named(rendered.losses)).toEqual(losses);
  });

  test.each([
    ["auto", "auto", []],
    ["standard_only", "standard_only", []],
    ["default", "standard_only", []],
    ["flex", undefined, ["service.tier service-tier foreign"]],
  ])("the service tier %s", (tier, expected, losses) => {
    const rendered = render({ service: { ...base.service, tier } });
    expect(rendered.body["service_tier"]).toBe(expected);
    expect(named(rendered.losses)).toEqual(losses);
  });

  test("B9 thoughts that Mistral signed go back with their signature, and no other's does", () => {
    const parts = [signed("mistral", "Hm"), signed("mistral", ""), signed("gemini", "So"), text("Yes")];
    const { body, losses } = render({ messages: [user(text("Go")), { role: "assistant", parts }, user(text("On"))] });
    expect((body["messages"] as { content: unknown }[])[1]?.content).toEqual([
      { type: "thinking", thinking: [{ type: "text", text: "Hm" }], signature: "c2ln" },
      { type: "thinking", thinking: [], signature: "c2ln" },
      { type: "thinking", thinking: [{ type: "text", text: "So" }] },
      { type: "text", text: "Yes" },
    ]);
    expect(named(losses)).toEqual(["messages[1].parts[2].state reasoning-signature foreign"]);
  });

  test("fields that Mistral does not know are named and not sent", () => {
    const request = parseRequest({
      model: "m",
      messages: [{ role: "user", content: "a", name: "u" }],
      logprobs: true,
      top_k: 3,
      user: "x",
      store: true,
      thinking: {},
    });
    const { body, losses } = renderFor("mistral", request, { model: "m", maxOutputTokens: null });
    expect(body).toEqual({ model: "m", messages: [{ role: "user", content: "a" }] });
    expect(named(losses)).toEqual([
      "messages[0].name name no-equivalent",
      "sampling.topK top-k no-equivalent",
      "logprobs logprobs no-equivalent",
      "service.store store no-equivalent",
      "user user no-equivalent",
      "thinking field unknown-field",
    ]);
  });
});

test("B7 ids keep their form, and two that differ stay different", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      fc.pre(a !== b && a !== "" && b !== "");
      expect(mistralCallId(a, "")).toMatch(/^[A-Za-z0-9]{9}$/);
      expect(mistralCallId(a, "")).not.toBe(mistralCallId(b, ""));
    }),
  );
  expect(mistralCallId("gSIMJiOkT", "")).toBe("gSIMJiOkT");
});
