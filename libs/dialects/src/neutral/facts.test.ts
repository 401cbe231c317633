import type { DialectName, SignedState } from "@signalbox/proto";
import { expect, test } from "vitest";
import { ingressOf } from "../codecs.ts";
import { parseRequest } from "../openai-chat/parse-request.ts";
import { factsOf } from "./facts.ts";
import { labelsOf } from "./labels.ts";
import { wrapState } from "./reasoning-state.ts";

test("facts count what a request holds and hold nothing of it", () => {
  const parameters = { type: "object", properties: {} };
  const request = parseRequest({
    model: "auto",
    temperature: 0.7,
    max_completion_tokens: 100,
    parallel_tool_calls: true,
    user: "u",
    metadata: { k: "v" },
    tools: [{ type: "function", function: { name: "weather", description: "Tells it.", parameters } }],
    response_format: { type: "json_schema", json_schema: { name: "out", schema: {} } },
    messages: [
      { role: "system", content: "12345" },
      {
        role: "user",
        content: [
          { type: "text", text: "123" },
          { type: "image_url", image_url: { url: "https://example.org/a.png" } },
        ],
      },
      {
        role: "assistant",
        tool_calls: [{ id: "c", type: "function", function: { name: "weather", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "c", content: "12" },
    ],
  });
  expect(factsOf(request)).toEqual({
    model: "auto",
    stream: false,
    choices: 1,
    maxOutputTokens: 100,
    messages: 4,
    textChars: 5 + 3 + "weather{}".length + 2,
    toolChars: "weatherTells it.out{}".length + JSON.stringify(parameters).length,
    images: 1,
    audios: 0,
    files: 0,
    tools: 1,
    toolTurns: true,
    parallelTools: true,
    responseFormat: "json-schema",
    logprobs: false,
    seed: false,
    reasoningEffort: null,
    temperatureMicro: 700_000,
  });
  expect(labelsOf(request)).toEqual({ user: "u", metadata: { k: "v" } });
});

function factsWith(source: object): ReturnType<typeof factsOf> {
  const content = [{ type: "document", source }];
  const body = { model: "m", max_tokens: 9, messages: [{ role: "user", content }] };
  return factsOf(ingressOf("anthropic-messages").parseRequest(body));
}

test("a file that is a plain text is read like text, and any other asks for a model that reads files", () => {
  const text = { type: "text", media_type: "text/plain", data: "12345" };
  expect(factsWith(text)).toMatchObject({ files: 0, textChars: 5 });
  const pdf = { type: "base64", media_type: "application/pdf", data: "JVBERi0=" };
  expect(factsWith(pdf)).toMatchObject({ files: 1, textChars: 0 });
});

const user = { role: "user", content: "Go on." };
const thinking = { type: "thinking", thinking: "Hm", signature: "c2ln" };
const redacted = { type: "redacted_thinking", data: "cmVk" };
const encrypted = { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "ZW5j" };
const carried = wrapState({ wire: "openai-responses", kind: "encrypted", value: "ZW5j" });
const signed = (fields: object): object => ({
  role: "model",
  parts: [{ functionCall: { name: "f", args: {} }, ...fields }],
});
const call = { id: "c", type: "function", function: { name: "f", arguments: "{}" } };
const details = [{ type: "reasoning.text", text: "Hm", signature: "c2ln", format: "anthropic-claude-v1" }];

test.each<[string, DialectName, object, SignedState[] | undefined]>([
  [
    "a signature and a redacted block",
    "anthropic-messages",
    { max_tokens: 9, messages: [user, { role: "assistant", content: [thinking, redacted] }, user] },
    [{ wire: "anthropic-messages", kinds: ["signature", "redacted"] }],
  ],
  [
    "a signature of its own provider and state of another that came through here",
    "gemini",
    { contents: [signed({ thoughtSignature: "c2ln" }), signed({ thoughtSignature: carried })] },
    [
      { wire: "openai-responses", kinds: ["encrypted"] },
      { wire: "gemini", kinds: ["signature"] },
    ],
  ],
  [
    "encrypted reasoning",
    "openai-responses",
    { input: [user, encrypted] },
    [{ wire: "openai-responses", kinds: ["encrypted"] }],
  ],
  [
    "a signed call, and the details of reasoning",
    "openai-chat",
    {
      messages: [
        user,
        {
          role: "assistant",
          reasoning_details: details,
          tool_calls: [{ ...call, extra_content: { google: { thought_signature: "c2ln" } } }],
        },
      ],
    },
    [
      { wire: "anthropic-messages", kinds: ["signature"] },
      { wire: "gemini", kinds: ["signature"] },
    ],
  ],
  [
    "thoughts that nobody signed",
    "openai-chat",
    { messages: [user, { role: "assistant", content: "A", reasoning_content: "B" }] },
    undefined,
  ],
])("B9 facts name the signed state of a conversation: %s", (...[, dialect, body, expected]) => {
  const request = ingressOf(dialect).parseRequest({ model: "m", ...body }, { model: "m" });
  expect(factsOf(request).signedState).toEqual(expected);
});

const GEMINI = { contents: [{ role: "user", parts: [{ text: "x" }] }] };
const ASKED = { model: "m", max_tokens: 9, messages: [{ role: "user", content: "x" }] };

test.each<[DialectName, object, object]>([
  ["openai-chat", { ...ASKED, service_tier: "priority" }, { serviceTier: "priority" }],
  ["openai-responses", { model: "m", input: "x", service_tier: "priority" }, { serviceTier: "priority" }],
  // OpenAI serves `fast` as `priority`, and says that it did.
  ["openai-chat", { ...ASKED, service_tier: "fast" }, { serviceTier: "priority" }],
  ["openai-responses", { model: "m", input: "x", service_tier: "fast" }, { serviceTier: "priority" }],
  ["openai-chat", { ...ASKED, service_tier: "ultrafast" }, { serviceTier: "ultrafast" }],
  ["anthropic-messages", { ...ASKED, speed: "fast", inference_geo: "us" }, { serviceTier: "fast", usOnly: true }],
  ["gemini", { ...GEMINI, serviceTier: "priority" }, { serviceTier: "priority" }],
  ["gemini", { ...GEMINI, service_tier: "SERVICE_TIER_PRIORITY" }, { serviceTier: "priority" }],
])("B5 a kind of service that may cost more stands in the facts: %s", (dialect, body, facts) => {
  expect(factsOf(ingressOf(dialect).parseRequest(body, { model: "m" }))).toMatchObject(facts);
});

test.each<[DialectName, object]>([
  ["openai-chat", { ...ASKED, service_tier: "flex" }],
  ["openai-chat", { ...ASKED, service_tier: "auto", speed: "fast", inference_geo: "us" }],
  ["anthropic-messages", { ...ASKED, service_tier: "auto", speed: "standard", inference_geo: "global" }],
])("B5 the usual kind and cheaper ones do not: %s %j", (dialect, body) => {
  const facts = factsOf(ingressOf(dialect).parseRequest(body));
  expect(facts).not.toHaveProperty("serviceTier");
  expect(facts).not.toHaveProperty("usOnly");
});

test.each<[DialectName, object, number | undefined]>([
  ["anthropic-messages", { ...ASKED, tools: [{ type: "web_search_20250305", name: "web_search", max_uses: 3 }] }, 3],
  ["anthropic-messages", { ...ASKED, tools: [{ type: "web_search_20260209", name: "web_search" }] }, 10],
  ["openai-responses", { model: "m", input: "x", tools: [{ type: "web_search" }], max_tool_calls: 25 }, 25],
  ["openai-responses", { model: "m", input: "x", tools: [{ type: "web_search_preview" }] }, 10],
  ["gemini", { ...GEMINI, tools: [{ googleSearch: {} }] }, 10],
  ["gemini", { ...GEMINI, tools: [{ google_search: {} }] }, 10],
  ["gemini", { ...GEMINI, tools: [{ urlContext: {} }] }, undefined],
  ["openai-responses", { model: "m", input: "x", tools: [{ type: "file_search" }], max_tool_calls: 25 }, undefined],
  ["openai-responses", { model: "m", input: "x", tools: [{ type: "web_search" }], max_tool_calls: 1e15 }, 100_000],
  ["openai-chat", { ...ASKED, web_search_options: {} }, 10],
  ["openai-chat", { ...ASKED, web_search_options: { search_context_size: "low" } }, 10],
  ["openai-chat", { ...ASKED, web_search_options: null }, undefined],
  ["openai-responses", { model: "m", input: "x", web_search_options: {} }, undefined],
])("B5 how many searches may be made at the most stands in the facts: %s %j", (dialect, body, searches) => {
  const request = ingressOf(dialect).parseRequest(body, { model: "m" });
  expect(factsOf(request).webSearches).toBe(searches);
});
