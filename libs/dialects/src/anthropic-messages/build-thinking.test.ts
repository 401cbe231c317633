import { describe, expect, test } from "vitest";
import type { NeutralRequest } from "../neutral/request.ts";
import { FIRST, LOOK, NEW, OLD, render, say, words } from "./request.test-kit.ts";

describe("thinking", () => {
  const unset = { effort: null, budgetTokens: null, summary: null } as const;
  test.each<[string, string, Partial<NonNullable<NeutralRequest["reasoning"]>>, object, string[]]>([
    ["by effort", NEW, { effort: "high" }, { thinking: { type: "adaptive" }, output_config: { effort: "high" } }, []],
    [
      "by the least effort",
      NEW,
      { effort: "minimal", summary: "auto" },
      { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "low" } },
      ["reasoning.effort reasoning-effort out-of-range"],
    ],
    [
      "by budget where the model knows efforts",
      NEW,
      { budgetTokens: 8192 },
      { thinking: { type: "adaptive" }, output_config: { effort: "medium" } },
      ["reasoning.budgetTokens reasoning-budget approximated"],
    ],
    ["switched off", NEW, { effort: "none" }, { thinking: { type: "disabled" } }, []],
    [
      "switched off where it cannot be",
      "claude-opus-5-5",
      { effort: "none" },
      { output_config: { effort: "low" } },
      ["reasoning.effort reasoning-off approximated"],
    ],
    [
      "by effort where the model knows budgets",
      OLD,
      { effort: "low" },
      { thinking: { type: "enabled", budget_tokens: 2048 } },
      ["reasoning.effort reasoning-effort approximated"],
    ],
    [
      "by a budget that leaves room for the answer",
      OLD,
      { budgetTokens: 50_000 },
      { thinking: { type: "enabled", budget_tokens: 7168 } },
      ["reasoning.budgetTokens reasoning-budget out-of-range"],
    ],
    ["that is only not to be shown", OLD, { summary: "none" }, {}, []],
    ["that is only not to be shown, of a model that decides by itself", NEW, { summary: "none" }, {}, []],
    ["that nothing is said of", OLD, {}, {}, []],
    [
      "that is only to be shown",
      OLD,
      { summary: "auto" },
      { thinking: { type: "enabled", budget_tokens: 7168, display: "summarized" } },
      ["reasoning.effort reasoning-effort approximated", "reasoning.budgetTokens reasoning-budget out-of-range"],
    ],
    ["of a model that does none", FIRST, { effort: "high" }, {}, ["reasoning reasoning no-equivalent"]],
  ])("%s", (...[, model, change, expected, lost]) => {
    const rendered = render({ reasoning: { ...unset, ...change } }, model);
    const { thinking, output_config } = rendered.body;
    expect(JSON.parse(JSON.stringify({ thinking, output_config }))).toEqual(expected);
    expect(rendered.lost).toEqual(lost);
  });

  test("gives way to a tool that is forced, and temperature gives way to it", () => {
    const reasoning = { ...unset, budgetTokens: 2048 };
    const forced = render({ reasoning, tools: [LOOK], toolChoice: { kind: "required" } });
    expect(forced.body).not.toHaveProperty("thinking");
    expect(forced.lost).toEqual(["reasoning reasoning conflict"]);
    const warm = render({ reasoning, temperature: 0.5 });
    expect(warm.body).not.toHaveProperty("temperature");
    expect(warm.lost).toEqual(["temperature temperature conflict"]);
  });

  test("comes on top of the bound that nobody set", () => {
    const { body, lost } = render({ reasoning: { ...unset, budgetTokens: 2048 } }, OLD, null);
    expect(body["max_tokens"]).toBe(4096 + 2048);
    expect(lost).toEqual(["maxOutputTokens max-output-tokens approximated"]);
  });

  test("B9 signed by Anthropic goes back as it was, and state of other wires is dropped and named", () => {
    const own = { wire: "anthropic-messages", kind: "signature", value: "U0lHTg==" } as const;
    const other = { wire: "gemini", kind: "signature", value: "Rk9SRUlHTg==" } as const;
    const { body, lost } = render({
      messages: [
        say("user", words("?")),
        say(
          "assistant",
          { kind: "reasoning", text: " Hm ", state: own },
          { kind: "reasoning", text: "Ah", state: other },
          words("Hi"),
        ),
        say("user", words("!")),
      ],
    });
    expect((body["messages"] as object[])[1]).toEqual({
      role: "assistant",
      content: [
        { type: "thinking", thinking: " Hm ", signature: "U0lHTg==" },
        { type: "text", text: "Hi" },
      ],
    });
    expect(JSON.stringify(body)).not.toContain("Rk9SRUlHTg");
    expect(lost).toEqual([
      "messages[1].parts[1].state reasoning-signature foreign",
      "messages[1].parts[1] reasoning no-equivalent",
    ]);
  });
});
