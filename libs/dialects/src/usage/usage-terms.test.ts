import type { WireName } from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import { egressOf } from "../codecs.ts";
import type { JsonObject } from "../neutral/source.ts";

const CHAT = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
const CLAUDE = { input_tokens: 10, output_tokens: 5 };
const RESPONSE = { input_tokens: 10, output_tokens: 5, total_tokens: 15 };
const GEMINI = { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 };
const CONVERSE = { inputTokens: 10, outputTokens: 5, totalTokens: 15 };

const read = (wire: WireName, body: JsonObject): object | null => egressOf(wire).reportedUsage(body);

describe("B5 what changes the price of an answer's tokens is read of it", () => {
  test.each<[WireName, JsonObject, object]>([
    ["openai-chat", { service_tier: "priority", usage: CHAT }, { serviceTier: "priority" }],
    ["openai-chat", { service_tier: "flex", usage: CHAT }, { serviceTier: "flex" }],
    ["openai-chat", { service_tier: "ultrafast", usage: CHAT }, { serviceTier: "ultrafast" }],
    ["openai-chat", { service_tier: "tomorrow", usage: CHAT }, { serviceTier: "other" }],
    ["mistral", { usage: { ...CHAT, service_tier: "priority" } }, { serviceTier: "priority" }],
    ["azure-openai", { service_tier: "priority", usage: CHAT }, { serviceTier: "priority" }],
    ["openai-responses", { service_tier: "flex", usage: RESPONSE, output: [] }, { serviceTier: "flex" }],
    [
      "openai-responses",
      {
        usage: RESPONSE,
        output: [
          { type: "web_search_call", action: { type: "search", query: "a" } },
          { type: "web_search_call", action: { type: "open_page", url: "b" } },
          { type: "web_search_call", action: { type: "search", query: "c" } },
          { type: "image_generation_call" },
        ],
      },
      { webSearches: 2, serverTools: true },
    ],
    ["anthropic-messages", { usage: { ...CLAUDE, speed: "fast" } }, { serviceTier: "fast" }],
    ["anthropic-messages", { usage: { ...CLAUDE, service_tier: "batch" } }, { serviceTier: "batch" }],
    ["anthropic-messages", { usage: { ...CLAUDE, inference_geo: "us" } }, { usOnly: true }],
    [
      "anthropic-messages",
      { usage: { ...CLAUDE, server_tool_use: { web_search_requests: 3, web_fetch_requests: 2 } } },
      { webSearches: 3 },
    ],
    [
      "anthropic-messages",
      {
        usage: {
          ...CLAUDE,
          iterations: [
            { type: "message", ...CLAUDE },
            { type: "advisor_message", ...CLAUDE },
          ],
        },
      },
      { otherModel: true },
    ],
    [
      "anthropic-messages",
      { usage: { ...CLAUDE, iterations: [{ type: "fallback_message", model: "claude-opus-4-8", ...CLAUDE }] } },
      { otherModel: true },
    ],
    ["gemini", { usageMetadata: { ...GEMINI, trafficType: "ON_DEMAND_PRIORITY" } }, { serviceTier: "priority" }],
    ["gemini", { usageMetadata: { ...GEMINI, serviceTier: "flex" } }, { serviceTier: "flex" }],
    ["bedrock-converse", { serviceTier: { type: "flex" }, usage: CONVERSE }, { serviceTier: "flex" }],
  ])("%s: %j", (wire, body, terms) => {
    expect(read(wire, body)).toMatchObject({ inputTokens: 10, outputTokens: 5, ...terms });
  });

  test.each<[WireName, JsonObject]>([
    ["openai-chat", { service_tier: "default", usage: CHAT }],
    ["openai-chat", { service_tier: "on_demand", usage: CHAT }],
    ["openai-chat", { service_tier: "scale", usage: CHAT }],
    ["openai-chat", { service_tier: null, usage: CHAT }],
    ["openai-responses", { service_tier: "default", usage: RESPONSE, output: [{ type: "message" }] }],
    [
      "anthropic-messages",
      {
        usage: {
          ...CLAUDE,
          service_tier: "standard",
          inference_geo: "global",
          speed: "standard",
          server_tool_use: null,
        },
      },
    ],
    ["anthropic-messages", { usage: { ...CLAUDE, service_tier: "priority", inference_geo: "not_available" } }],
    ["gemini", { usageMetadata: { ...GEMINI, trafficType: "ON_DEMAND" } }],
    ["bedrock-converse", { serviceTier: { type: "default" }, usage: CONVERSE }],
  ])("the usual service of %s says nothing: %j", (wire, body) => {
    expect(read(wire, body)).toEqual({
      inputTokens: 10,
      cachedInputTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: 5,
      reasoningTokens: 0,
      source: "reported",
    });
  });
});

describe("B5 a count that is none is marked and not believed", () => {
  test.each<[WireName, JsonObject]>([
    ["openai-chat", { usage: { ...CHAT, completion_tokens: -5 } }],
    ["openai-chat", { usage: { ...CHAT, prompt_tokens: 10.5 } }],
    ["openai-chat", { usage: { ...CHAT, completion_tokens: 1e300 } }],
    ["openai-chat", { usage: { ...CHAT, prompt_tokens_details: { cached_tokens: -1 } } }],
    ["openai-responses", { usage: { ...RESPONSE, output_tokens_details: { reasoning_tokens: 0.5 } } }],
    ["anthropic-messages", { usage: { ...CLAUDE, cache_read_input_tokens: -1 } }],
    ["anthropic-messages", { usage: { ...CLAUDE, iterations: [{ type: "message", input_tokens: -3 }] } }],
    ["gemini", { usageMetadata: { ...GEMINI, thoughtsTokenCount: -1 } }],
    ["gemini", { usageMetadata: { ...GEMINI, promptTokensDetails: [{ modality: "TEXT", tokenCount: 1.5 }] } }],
    ["bedrock-converse", { usage: { ...CONVERSE, outputTokens: -1 } }],
    ["cohere-v2", { usage: { tokens: { input_tokens: 1, output_tokens: -2 } } }],
  ])("%s: %j", (wire, body) => {
    const usage = read(wire, body) as Record<string, unknown>;
    expect(usage["malformed"]).toBe(true);
    const counts = Object.values(usage).filter((value) => typeof value === "number");
    expect(counts.every((count) => Number.isSafeInteger(count) && count >= 0)).toBe(true);
  });
});
