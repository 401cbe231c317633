import { WIRES, type WireName } from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import { egressOf, ingressOf, renderFor } from "../codecs.ts";

const TOOLS = 40;
const TURNS = 30;
const cache_control = { type: "ephemeral" };

const tools = Array.from({ length: TOOLS }, (_, index) => ({
  name: `tool_${index}`,
  description: `Does the thing ${index}. ${"It is described at length. ".repeat(20)}`,
  input_schema: {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: {
      path: { type: "string", description: "A path." },
      lines: { type: "array", items: { type: "number" } },
    },
    required: ["path"],
    additionalProperties: false,
  },
  ...(index === TOOLS - 1 ? { cache_control } : {}),
}));

const turns = Array.from({ length: TURNS }, (_, index) => [
  {
    role: "assistant",
    content: [
      { type: "thinking", thinking: `Thought ${index}.`, signature: `U0lH${index}` },
      { type: "text", text: `I read file ${index}.` },
      { type: "tool_use", id: `toolu_${index}a`, name: "tool_0", input: { path: `/src/${index}.ts`, lines: [1, 2] } },
      { type: "tool_use", id: `toolu_${index}b`, name: "tool_1", input: { path: "/" } },
    ],
  },
  {
    role: "user",
    content: [
      { type: "tool_result", tool_use_id: `toolu_${index}a`, content: [{ type: "text", text: "line\n".repeat(200) }] },
      { type: "tool_result", tool_use_id: `toolu_${index}b`, content: "No such file.", is_error: true },
      {
        type: "text",
        text: "<system-reminder>Mind the style.</system-reminder>",
        ...(index === TURNS - 1 ? { cache_control } : {}),
      },
    ],
  },
]);

/** A request of the size and shape that coding agents send. */
const body = {
  model: "auto",
  max_tokens: 32_000,
  system: [
    { type: "text", text: "You are a coding agent." },
    { type: "text", text: "Rules. ".repeat(3000), cache_control: { type: "ephemeral", ttl: "1h" } },
  ],
  messages: [{ role: "user", content: [{ type: "text", text: "Fix the bug." }] }, ...turns.flat()],
  tools,
  thinking: { type: "adaptive" },
  output_config: { effort: "high" },
  metadata: { user_id: "user_abc" },
  stream: true,
};

const betas = ["claude-code-20250219", "interleaved-thinking-2025-05-14"];
const request = ingressOf("anthropic-messages").parseRequest(body, { betas, version: "2023-06-01" });

describe("a coding agent's request", () => {
  test("reaches a provider of its own form as it was", () => {
    const rendered = renderFor("anthropic-messages", request, { model: "claude-opus-5", maxOutputTokens: null });
    expect(rendered.body).toEqual({ ...body, model: "claude-opus-5" });
    expect(rendered.headers["anthropic-beta"]).toBe(betas.join(","));
    expect(rendered.losses).toEqual([]);
  });

  test.each(WIRES.filter((wire) => wire !== "anthropic-messages").filter(isSpoken))(
    "reaches %s, with everything that is lost named",
    (wire) => {
      const { body: sent, losses } = renderFor(wire, request, { model: "m", maxOutputTokens: 16_000 });
      const text = JSON.stringify(sent);
      for (const piece of [
        "You are a coding agent.",
        "Fix the bug.",
        "tool_39",
        "No such file.",
        "Mind the style.",
        "/src/29.ts",
      ]) {
        expect(text).toContain(piece);
      }
      // A signature is worth nothing to anybody else.
      expect(text).not.toContain("U0lH29");
      expect(losses.map(({ what }) => what)).toEqual(expect.arrayContaining(["reasoning-signature"]));
    },
  );
});

function isSpoken(wire: WireName): boolean {
  try {
    return egressOf(wire).wire === wire;
  } catch {
    return false;
  }
}

describe("tools that an agent finds by a search", () => {
  const found = { type: "tool_reference", tool_name: "WebFetch" };
  const asked = {
    model: "m",
    max_tokens: 100,
    messages: [
      { role: "user", content: "Read the page." },
      { role: "assistant", content: [{ type: "tool_use", id: "t", name: "ToolSearch", input: { query: "WebFetch" } }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: [found] }] },
    ],
    tools: ["ToolSearch", "WebFetch"].map((name) => ({ name, input_schema: { type: "object" }, defer_loading: true })),
  };
  const searched = ingressOf("anthropic-messages").parseRequest(asked);

  test.each(WIRES.filter((wire) => wire !== "anthropic-messages"))("are named to %s in words", (wire) => {
    const { body: sent } = egressOf(wire).renderRequest(searched, { model: "m", maxOutputTokens: null });
    expect(JSON.stringify(sent)).toContain("The tool WebFetch can be called now.");
  });

  test("go to their own wire as they were", () => {
    const { body: sent } = egressOf("anthropic-messages").renderRequest(searched, {
      model: "m",
      maxOutputTokens: null,
    });
    expect(sent).toEqual(asked);
  });
});
