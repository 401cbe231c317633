import { describe, expect, test } from "vitest";
import { renderFor } from "../codecs.ts";
import type { NeutralPart } from "../neutral/part.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import { parseRequest as parseChat } from "../openai-chat/parse-request.ts";

const base = parseChat({ model: "auto", messages: [{ role: "user", content: "Hello" }] });
const foreign = (change: Partial<NeutralRequest>): NeutralRequest => {
  return { ...base, source: { dialect: "anthropic-messages", body: {} }, ...change };
};
const render = (change: Partial<NeutralRequest>, model = "gemini-3-pro"): ReturnType<typeof renderFor> => {
  return renderFor("gemini", foreign(change), { model, maxOutputTokens: null });
};
const lost = (change: Partial<NeutralRequest>, model?: string): string[] => {
  return render(change, model).losses.map(({ path, what, why }) => `${path} ${what} ${why}`);
};
const said = (...parts: NeutralPart[]): Partial<NeutralRequest> => ({ messages: [{ role: "user", parts }] });
const text = (words: string): NeutralPart => ({ kind: "text", text: words });

describe("B8 what the API cannot take as it was asked for is named", () => {
  test.each<[string, NonNullable<NeutralRequest["reasoning"]>["effort"], number | null, object, string[]]>([
    ["gemini-3-pro", "minimal", null, { thinkingLevel: "low" }, ["reasoning.effort reasoning-effort out-of-range"]],
    ["gemini-3-flash", "none", null, { thinkingLevel: "minimal" }, ["reasoning.effort reasoning-effort out-of-range"]],
    ["gemini-flash-latest", "max", null, { thinkingLevel: "high" }, ["reasoning.effort reasoning-effort out-of-range"]],
    ["gemini-3-pro", null, 4000, { thinkingBudget: 4000 }, []],
    ["gemini-2.5-flash", "none", null, { thinkingBudget: 0 }, []],
    ["gemini-2.5-flash", "low", null, { thinkingBudget: 2048 }, ["reasoning.effort reasoning-effort approximated"]],
    [
      "gemini-2.5-flash",
      null,
      50_000,
      { thinkingBudget: 24_576 },
      ["reasoning.budgetTokens reasoning-budget out-of-range"],
    ],
    ["gemini-2.5-pro", "none", null, { thinkingBudget: 128 }, ["reasoning.budgetTokens reasoning-budget out-of-range"]],
    [
      "gemini-2.5-flash-lite",
      null,
      100,
      { thinkingBudget: 512 },
      ["reasoning.budgetTokens reasoning-budget out-of-range"],
    ],
  ])("%s thinks with effort %s or budget %s as %j", (...[model, effort, budgetTokens, thinkingConfig, losses]) => {
    const change = { reasoning: { effort, budgetTokens, summary: null } };
    expect(render(change, model).body["generationConfig"]).toEqual({ thinkingConfig });
    expect(lost(change, model)).toEqual(losses);
  });

  test.each<[string, Partial<NeutralRequest>, string?]>([
    ["messages[0].parts[0].cache cache-mark no-equivalent", said({ kind: "text", text: "a", cache: { ttl: null } })],
    [
      "messages[0].parts[0] server_tool_use foreign",
      said({ kind: "other", type: "server_tool_use", form: "anthropic-messages", body: {} }),
    ],
    [
      "messages[0].parts[0] image foreign",
      said({ kind: "image", source: { kind: "file-id", id: "f", form: "anthropic-messages" }, detail: null }),
    ],
    [
      "messages[0].parts[0].name file-name no-equivalent",
      said({ kind: "file", source: { kind: "text", text: "a" }, name: "a.txt" }),
    ],
    ["messages[0].name name no-equivalent", { messages: [{ role: "user", name: "bob", parts: [text("a")] }] }],
    [
      "messages[1] system-place approximated",
      {
        messages: [
          { role: "user", parts: [text("a")] },
          { role: "system", parts: [text("b")] },
        ],
      },
    ],
    [
      "tools[0] custom-tool no-equivalent",
      { tools: [{ kind: "custom", name: "patch", description: null, parameters: null, format: null }] },
    ],
    [
      "tools[0].strict strict-schema no-equivalent",
      { tools: [{ kind: "function", name: "f", description: null, parameters: null, strict: true }] },
    ],
    ["parallelTools parallel-tools no-equivalent", { parallelTools: false }],
    ["verbosity verbosity no-equivalent", { verbosity: "low" }],
    ["user user no-equivalent", { user: "u" }],
    ["metadata metadata no-equivalent", { metadata: { k: "v" } }],
    ["service.tier service-tier foreign", { service: { ...base.service, tier: "scale" } }],
    ["seed seed out-of-range", { seed: 2 ** 40 + 7 }],
    ["sampling.stop stop out-of-range", { sampling: { ...base.sampling, stop: ["1", "2", "3", "4", "5", "6"] } }],
    [
      "reasoning reasoning no-equivalent",
      { reasoning: { effort: "high", budgetTokens: null, summary: null } },
      "gemini-2.0-flash",
    ],
    [
      "responseFormat response-format conflict",
      {
        responseFormat: { kind: "json-object" },
        tools: [{ kind: "function", name: "f", description: null, parameters: null, strict: null }],
      },
      "gemini-2.5-pro",
    ],
  ])("%s", (loss, change, model) => {
    expect(lost(change, model)).toEqual([loss]);
  });
});
