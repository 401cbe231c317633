import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderFor } from "../codecs.ts";
import { arbitraryRequest } from "../neutral/arbitrary-request.test-kit.ts";
import type { NeutralMessage } from "../neutral/message.ts";
import type { NeutralPart } from "../neutral/part.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import { parseRequest } from "../openai-chat/parse-request.ts";

const CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const base = parseRequest({ model: "auto", messages: [{ role: "user", content: "Hello" }] });
const foreign = (change: Partial<NeutralRequest>): NeutralRequest => {
  return { ...base, source: { dialect: "anthropic-messages", body: {} }, ...change };
};
const render = (
  change: Partial<NeutralRequest>,
  model = CLAUDE,
  cap: number | null = null,
): ReturnType<typeof renderFor> => {
  return renderFor("bedrock-converse", foreign(change), { model, maxOutputTokens: cap });
};
const lost = (change: Partial<NeutralRequest>, model?: string): string[] => {
  return render(change, model).losses.map(({ path, what, why }) => `${path} ${what} ${why}`);
};
const tool = (name: string): NeutralRequest["tools"][number] => {
  return { kind: "function", name, description: null, parameters: null, strict: null };
};
const hello: NeutralPart = { kind: "text", text: "Hello" };
const said = (...parts: NeutralPart[]): Partial<NeutralRequest> => ({ messages: [{ role: "user", parts }] });
const reasoningOf = (change: object): Partial<NeutralRequest> => {
  const reasoning = { effort: null, budgetTokens: null, summary: null, ...change } as NonNullable<
    NeutralRequest["reasoning"]
  >;
  return { reasoning, reasoningEffort: reasoning.effort, maxOutputTokens: 20_000 };
};

describe("what each maker's models are told of reasoning", () => {
  test.each<[string, object, object | undefined, string[]]>([
    [CLAUDE, { budgetTokens: 4000 }, { thinking: { type: "enabled", budget_tokens: 4000 } }, []],
    [
      CLAUDE,
      { effort: "low" },
      { thinking: { type: "enabled", budget_tokens: 2048 } },
      ["reasoning.effort reasoning-effort approximated"],
    ],
    [
      CLAUDE,
      { budgetTokens: 30_000 },
      { thinking: { type: "enabled", budget_tokens: 18_976 } },
      ["reasoning.budgetTokens reasoning-budget out-of-range"],
    ],
    [CLAUDE, { effort: "none" }, { thinking: { type: "disabled" } }, []],
    [
      CLAUDE,
      { budgetTokens: 4000, summary: "none" },
      { thinking: { type: "enabled", budget_tokens: 4000 } },
      ["reasoning.summary reasoning-summary no-equivalent"],
    ],
    [
      CLAUDE,
      { summary: "auto" },
      { thinking: { type: "enabled", budget_tokens: 8192 } },
      ["reasoning.effort reasoning-effort approximated"],
    ],
    [CLAUDE, { summary: "none" }, undefined, []],
    [
      "us.anthropic.claude-opus-4-6-v1",
      { effort: "xhigh" },
      { thinking: { type: "adaptive" }, output_config: { effort: "high" } },
      ["reasoning.effort reasoning-effort out-of-range"],
    ],
    ["anthropic.claude-opus-4-7", { adaptive: true }, { thinking: { type: "adaptive" } }, []],
    [
      "us.anthropic.claude-opus-5",
      { effort: "high", summary: "auto" },
      { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "high" } },
      [],
    ],
    ["us.anthropic.claude-opus-5", { effort: "none" }, { thinking: { type: "disabled" } }, []],
    [
      "global.anthropic.claude-fable-5-1",
      { effort: "none" },
      { output_config: { effort: "low" } },
      ["reasoning.effort reasoning-off approximated"],
    ],
    ["anthropic.claude-3-5-sonnet-20241022-v2:0", { effort: "high" }, undefined, ["reasoning reasoning no-equivalent"]],
    [
      "openai.gpt-oss-120b-1:0",
      { effort: "max" },
      { reasoning_effort: "high" },
      ["reasoning.effort reasoning-effort out-of-range"],
    ],
    [
      "amazon.nova-2-lite-v1:0",
      { effort: "medium" },
      { reasoningConfig: { type: "enabled", maxReasoningEffort: "medium" } },
      [],
    ],
    ["meta.llama3-70b", { effort: "high" }, undefined, ["reasoning reasoning no-equivalent"]],
  ])("%s for %j", (...[model, change, fields, losses]) => {
    expect(render(reasoningOf(change), model).body["additionalModelRequestFields"]).toEqual(fields);
    expect(lost(reasoningOf(change), model)).toEqual(losses);
  });

  test("Claude thinks without what it does not take beside it", () => {
    const change = { ...reasoningOf({ budgetTokens: 2000 }), temperature: 0, sampling: { ...base.sampling, topK: 3 } };
    expect(render(change).body["inferenceConfig"]).toEqual({ maxTokens: 20_000 });
    expect(lost(change)).toEqual(["temperature temperature conflict", "sampling.topK top-k conflict"]);
  });

  test("a bound that leaves no room for thinking leaves it out", () => {
    expect(lost({ ...reasoningOf({ budgetTokens: 2000 }), maxOutputTokens: 500 })).toEqual([
      "reasoning reasoning conflict",
    ]);
  });
});

describe("B8 Claude is not sent what it would refuse here as it does at Anthropic", () => {
  const OPUS = "us.anthropic.claude-opus-5";
  const forced = { tools: [tool("f")], toolChoice: { kind: "required" } } satisfies Partial<NeutralRequest>;

  test.each<[string, Partial<NeutralRequest>, object | undefined, string[]]>([
    [
      OPUS,
      { temperature: 0.5, sampling: { ...base.sampling, topP: 0.5, topK: 3 } },
      undefined,
      [
        "temperature temperature no-equivalent",
        "sampling.topP top-p no-equivalent",
        "sampling.topK top-k no-equivalent",
      ],
    ],
    [
      CLAUDE,
      { temperature: 0.5, sampling: { ...base.sampling, topP: 0.5 } },
      { temperature: 0.5 },
      ["sampling.topP top-p conflict"],
    ],
    [
      CLAUDE,
      { sampling: { ...base.sampling, stop: [" ", "END"] } },
      { stopSequences: ["END"] },
      ["sampling.stop stop out-of-range"],
    ],
    [
      "meta.llama3-70b",
      { temperature: 0.5, sampling: { ...base.sampling, topP: 0.5, stop: [" "] } },
      { temperature: 0.5, topP: 0.5, stopSequences: [" "] },
      [],
    ],
  ])("%s draws tokens as it can", (...[model, change, config, losses]) => {
    expect(render(change, model).body["inferenceConfig"]).toEqual(config);
    expect(lost(change, model)).toEqual(losses);
  });

  test("a model that must call a tool does not think, and one that cannot be made to is left to choose", () => {
    const change = { ...reasoningOf({ budgetTokens: 2000 }), ...forced };
    expect(render(change).body).toMatchObject({ toolConfig: { toolChoice: { any: {} } } });
    expect(render(change).body["additionalModelRequestFields"]).toBeUndefined();
    expect(lost(change)).toEqual(["reasoning reasoning conflict"]);
    const fable = "global.anthropic.claude-fable-5-1";
    expect(render(forced, fable).body).toMatchObject({ toolConfig: { toolChoice: { auto: {} } } });
    expect(lost(forced, fable)).toEqual(["toolChoice forced-tool no-equivalent"]);
  });

  test("a turn that goes on after a call without thoughts of its own goes on without", () => {
    const messages: NeutralMessage[] = [
      { role: "user", parts: [{ kind: "text", text: "Hi" }] },
      { role: "assistant", parts: [{ kind: "tool-call", id: "a", name: "f", arguments: "{}" }] },
      { role: "tool", callId: "a", parts: [{ kind: "text", text: "x" }] },
    ];
    expect(lost({ ...reasoningOf({ budgetTokens: 2000 }), messages })).toEqual(["reasoning reasoning conflict"]);
  });

  test("a conversation begins with the user, and ends so where the model takes no words of its own", () => {
    const messages: NeutralMessage[] = [{ role: "assistant", parts: [{ kind: "text", text: "So " }] }];
    const told = (model: string): unknown => render({ messages }, model).body["messages"];
    const begin = { role: "user", content: [{ text: "Begin." }] };
    const goOn = { role: "user", content: [{ text: "Go on." }] };
    expect(told(CLAUDE)).toEqual([begin, { role: "assistant", content: [{ text: "So" }] }]);
    expect(told(OPUS)).toEqual([begin, { role: "assistant", content: [{ text: "So " }] }, goOn]);
    expect(lost({ messages }, OPUS)).toEqual(["messages first-turn approximated", "messages last-turn approximated"]);
  });
});

describe("B8 what is lost has a name", () => {
  test.each<[string, Partial<NeutralRequest>, string?]>([
    [
      "messages[0].parts[0].cache cache-mark no-equivalent",
      said({ kind: "text", text: "a", cache: { ttl: null } }),
      "meta.llama3-70b",
    ],
    [
      "messages[0].parts[0].cache cache-ttl out-of-range",
      said({ kind: "text", text: "a", cache: { ttl: "1h" } }),
      "amazon.nova-pro-v1:0",
    ],
    [
      "messages[0].parts[1] image no-equivalent",
      said(hello, { kind: "image", source: { kind: "url", url: "https://example.org/a.png" }, detail: null }),
    ],
    [
      "messages[0].parts[1] file foreign",
      said(hello, { kind: "file", source: { kind: "file-id", id: "f", form: "openai-chat" }, name: null }),
    ],
    [
      "messages[0].parts[1] web_search foreign",
      said(hello, { kind: "other", type: "web_search", form: "gemini", body: {} }),
    ],
    [
      "messages[0].parts[0].name file-name approximated",
      said({ kind: "file", source: { kind: "text", text: "a" }, name: "a.txt" }),
    ],
    ["choices choices no-equivalent", { choices: 2 }],
    ["seed seed no-equivalent", { seed: 1 }],
    ["logprobs logprobs no-equivalent", { logprobs: true }],
    ["temperature temperature out-of-range", { temperature: 1.5 }],
    ["parallelTools parallel-tools no-equivalent", { parallelTools: false }],
    ["responseFormat response-format no-equivalent", { responseFormat: { kind: "json-object" } }],
    ["metadata metadata out-of-range", { metadata: { k: "ü" } }],
    ["user user no-equivalent", { user: "u" }],
    [
      "tools[0] custom-tool no-equivalent",
      { tools: [{ kind: "custom", name: "p", description: null, parameters: null, format: null }] },
    ],
  ])("%s", (loss, change, model) => {
    expect(lost(change, model)).toEqual([loss]);
  });

  test("B9 state that this wire cannot read is dropped and named, and never sent", () => {
    const state = { wire: "gemini", kind: "signature", value: "SIGNED" } as const;
    const messages: NeutralMessage[] = [
      {
        role: "assistant",
        parts: [
          { kind: "reasoning", text: "Hm", state },
          { kind: "tool-call", id: "a", name: "f", arguments: "{}", state },
        ],
      },
    ];
    expect(JSON.stringify(render({ messages }).body)).not.toMatch(/SIGNED|Hm/);
    expect(lost({ messages })).toEqual([
      "messages[0].parts[0].state reasoning-signature foreign",
      "messages[0].parts[0] reasoning no-equivalent",
      "messages[0].parts[1].state call-signature foreign",
      "messages first-turn approximated",
    ]);
  });

  test("every request can be sent: roles alternate, no content is empty, and a result follows its call under its id", () => {
    fc.assert(
      fc.property(
        arbitraryRequest,
        fc.constantFrom(CLAUDE, "amazon.nova-pro-v1:0", "mistral.x", "arn:x"),
        (request, model) => {
          const { body } = renderFor("bedrock-converse", request, { model, maxOutputTokens: null });
          const messages = body["messages"] as { role: string; content: Record<string, { toolUseId?: string }>[] }[];
          expect(messages.every(({ content }) => content.length > 0)).toBe(true);
          expect(messages.some(({ role }, index) => role === messages[index + 1]?.role)).toBe(false);
          expect(() => JSON.stringify(body)).not.toThrow();
          const blocks = messages.flatMap(({ content }) => content);
          for (const block of blocks) expect(Object.keys(block)).toHaveLength(1);
          const calls = blocks.some((block) => block["toolUse"] !== undefined);
          expect(calls && body["toolConfig"] === undefined).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });
});
