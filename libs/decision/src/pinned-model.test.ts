import { expect, test } from "vitest";
import { decisionInput, documents, endpoint, health, NOW_MS, priced } from "./__fixtures__/documents.ts";
import { decide } from "./decide.ts";

const HOSTS = [
  endpoint("cheap/deepseek/v3.2", { family: "deepseek-v3.2", price: priced(100, 400) }),
  endpoint("deepseek/deepseek-chat", { family: "deepseek-v3.2", price: priced(300, 400) }),
  endpoint("other/gpt-4o", { family: "gpt-4o" }),
  endpoint("slow/deepseek-v3.2", { family: "deepseek-v3.2", price: priced(900, 900) }),
];

function ask(model: string, docs = documents(HOSTS)) {
  return decide(decisionInput({ facts: { model } }), docs);
}

test("a family's name goes to the host that calls it so, with its other hosts as fallbacks, cheapest first", () => {
  expect(ask("deepseek-v3.2")).toMatchObject({
    strategy: "pinned",
    reason: "pinned",
    action: { plan: ["slow/deepseek-v3.2", "cheap/deepseek/v3.2", "deepseek/deepseek-chat"] },
    excluded: [{ rule: "pinned:other-model", count: 1, endpoints: "2" }],
  });
});

test("provider/model puts that host first", () => {
  expect(ask("deepseek/deepseek-chat").action).toMatchObject({
    plan: ["deepseek/deepseek-chat", "cheap/deepseek/v3.2", "slow/deepseek-v3.2"],
  });
});

test("a model name that holds a slash is found at the provider that calls it so", () => {
  expect(ask("deepseek/v3.2").action).toMatchObject({
    plan: ["cheap/deepseek/v3.2", "deepseek/deepseek-chat", "slow/deepseek-v3.2"],
  });
});

test("a deprecated endpoint answers when its model is asked for", () => {
  const docs = documents([endpoint("old/gpt-3", { deprecated: true })]);
  expect(ask("gpt-3", docs).action).toMatchObject({ plan: ["old/gpt-3"] });
  expect(ask("auto", docs).action).toMatchObject({ kind: "refuse", code: "no-candidate" });
});

test("an unknown model is refused with the names that are close", () => {
  expect(ask("GPT-4")).toMatchObject({
    reason: "model-not-found",
    action: {
      kind: "refuse",
      code: "model-not-found",
      message: "The model 'GPT-4' is not in the catalogue. Did you mean 'gpt-4o'?",
    },
  });
});

test("close names are listed nearest first", () => {
  const docs = documents(["gpt-4o", "gpt-4o-mini", "gpt-4.1", "claude"].map((name) => endpoint(`a/${name}`)));
  expect(ask("gpt-4o-mni", docs).action).toMatchObject({
    message: "The model 'gpt-4o-mni' is not in the catalogue. Did you mean 'gpt-4o-mini', 'gpt-4o' or 'gpt-4.1'?",
  });
});

test("an unknown strategy is refused with the known ones", () => {
  expect(ask("auto:fastest").action).toMatchObject({
    code: "model-not-found",
    message: "There is no strategy 'fastest'. Use one of auto, auto:value, auto:cost, auto:latency, auto:quality.",
  });
});

test("a model that can do none of what is needed is refused with the rules", () => {
  const decision = decide(
    decisionInput({ facts: { model: "gpt-4o" }, classification: { modalities: ["image", "text"] } }),
    documents(HOSTS),
  );
  expect(decision.action).toEqual({
    kind: "refuse",
    code: "no-candidate",
    message: "No endpoint for 'gpt-4o' can serve this request. Ruled out by: modality:image (1).",
  });
});

test("B11 an answer that does not fit beside its prompt is refused with the numbers, in the words that agents lower it by", () => {
  const docs = documents([
    endpoint("a/small", { contextTokens: 8_000, capabilities: ["tools"] }),
    endpoint("b/blind", { capabilities: [] }),
  ]);
  const facts = { model: "auto", maxOutputTokens: 4_000 };
  const decision = decide(
    decisionInput({ facts, classification: { inputTokens: 5_000, capabilities: ["tools"] } }),
    docs,
  );
  expect(decision.action).toEqual({
    kind: "refuse",
    code: "context-length-exceeded",
    message:
      "The prompt is too long, with the answer that it asks for, for every endpoint of 'auto': input length and `max_tokens` exceed context limit: " +
      "5000 + 4000 > 8000. Ask for 3000 output tokens at the most, or shorten the prompt. Ruled out by: capability:tools (1), context-length (1).",
  });
});

test("B11 a prompt that does not fit by itself is refused with the numbers, in the words that agents shorten it by", () => {
  const docs = documents([
    endpoint("a/small", { contextTokens: 8_000 }),
    endpoint("b/large", { contextTokens: 200_000, maxInputTokens: 9_000 }),
  ]);
  for (const maxOutputTokens of [null, 100]) {
    const facts = { model: "auto", maxOutputTokens };
    const { action } = decide(decisionInput({ facts, classification: { inputTokens: 9_500 } }), docs);
    const message = "The prompt is too long for every endpoint of 'auto': about 9500 tokens > 9000 maximum.";
    expect(action).toMatchObject({ code: "context-length-exceeded", message: expect.stringContaining(message) });
  }
});

test("B11 a prompt that leaves no room for an answer that nobody bounded is told the room that there is", () => {
  const docs = documents([endpoint("a/small", { contextTokens: 8_000 })]);
  const facts = { model: "auto", maxOutputTokens: null };
  const { action } = decide(decisionInput({ facts, classification: { inputTokens: 7_900 } }), docs);
  expect(action).toMatchObject({ message: expect.stringContaining("about 7900 tokens > 7744 maximum.") });
});

test("a model that the policy denies is refused as such", () => {
  expect(ask("gpt-4o", documents(HOSTS, { policy: { deny: ["gpt-*"] } })).action).toMatchObject({
    code: "policy-refused",
  });
});

test("when the circuit alone keeps all out, none is healthy (B11)", () => {
  const open = HOSTS.map(({ id }) => ({ endpoint: id, openUntilMs: NOW_MS + 1_000 }));
  expect(ask("auto", documents(HOSTS, { health: health(open) })).action).toMatchObject({ code: "none-healthy" });
});

test("a name of half a surrogate pair leaves a message that has a canonical form", () => {
  const { action } = ask(`${"x".repeat(255)}\ud83d`);
  expect(action.kind === "refuse" && action.message.isWellFormed()).toBe(true);
});
