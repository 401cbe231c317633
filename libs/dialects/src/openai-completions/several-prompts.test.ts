import { describe, expect, test } from "vitest";
import { joinCompletions, joinUsage, placedChoices } from "./join-completions.ts";
import { splitPrompts } from "./split-prompts.ts";

const MAX_BYTES = 1_000;
const note = (decision_id: string, cost_pico_usd: string | null): object => ({ decision_id, cost_pico_usd });

describe("several prompts in one request", () => {
  test("are requests of one prompt each, with all other fields", () => {
    const body = { model: "auto", prompt: ["a", "b"], n: 2, echo: true, vendor_field: 1 };
    expect(splitPrompts(body, MAX_BYTES)).toEqual([
      { model: "auto", prompt: "a", n: 2, echo: true, vendor_field: 1 },
      { model: "auto", prompt: "b", n: 2, echo: true, vendor_field: 1 },
    ]);
  });

  test.each([{ prompt: "a" }, { prompt: ["a"] }, { prompt: [] }, {}, null, "text"])("%j is none", (body) => {
    expect(splitPrompts(body, MAX_BYTES)).toBeNull();
  });

  test.each<[string, unknown]>([
    ["in tokens", { prompt: [[1], [2]] }],
    ["of numbers", { prompt: [1, 2] }],
    ["of other types", { prompt: ["a", null] }],
    ["too many", { prompt: Array.from({ length: 129 }, () => "a") }],
    ["too large with what stands beside them", { prompt: ["a", "b"], user: "x".repeat(MAX_BYTES / 2) }],
  ])("%s are refused", (_, body) => {
    expect(() => splitPrompts(body, MAX_BYTES)).toThrow(
      expect.objectContaining({
        code: "invalid-request",
        details: { param: expect.stringMatching(/^prompt/) },
      }) as Error,
    );
  });
});

const answer = (text: string, prompt_tokens: number, signalbox: object): Record<string, unknown> => ({
  id: `cmpl-${text}`,
  object: "text_completion",
  choices: [0, 1].map((index) => ({ text: `${text}${index}`, index, logprobs: null, finish_reason: "stop" })),
  usage: { prompt_tokens, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 1 }, signalbox },
});

describe("their answers are one answer", () => {
  test("whose choices are counted on over the prompts, with the sum of what they took", () => {
    const joined = joinCompletions([answer("a", 3, note("d1", "10")), answer("b", 4, note("d2", "5"))], 2);
    expect(joined).toMatchObject({ id: "cmpl-a", object: "text_completion" });
    expect(joined["choices"]).toMatchObject([
      { index: 0, text: "a0" },
      { index: 1, text: "a1" },
      { index: 2, text: "b0" },
      { index: 3, text: "b1" },
    ]);
    expect(joined["usage"]).toEqual({
      prompt_tokens: 7,
      completion_tokens: 4,
      prompt_tokens_details: { cached_tokens: 2 },
      signalbox: { cost_usd: 1.5e-11, cost_pico_usd: "15", decisions: [note("d1", "10"), note("d2", "5")] },
    });
  });

  test("B5 of which no cost is said where one of them has none", () => {
    const usages = [{ signalbox: note("d1", "10") }, { signalbox: note("d2", null) }];
    expect(joinUsage(usages)["signalbox"]).toMatchObject({ cost_usd: null, cost_pico_usd: null });
  });

  test("and a chunk without choices stays without", () => {
    expect(placedChoices({ choices: [] }, 4)).toEqual([]);
    expect(placedChoices({}, 4)).toEqual([]);
  });
});
