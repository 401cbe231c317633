import type { Endpoint, PolicyDocument } from "@signalbox/proto";
import { expect, test } from "vitest";
import { decisionInput, documents, endpoint, health, type InputFields, NOW_MS } from "./__fixtures__/documents.ts";
import { decide } from "./decide.ts";

const GOOD = endpoint("good/all-round", { inputs: ["image", "text"], capabilities: ["json-schema", "tools"] });

function rulesAgainst(bad: Partial<Endpoint>, input: InputFields, policy: Partial<PolicyDocument> = {}): string[] {
  const unhealthy = health([{ endpoint: "bad/one", openUntilMs: NOW_MS + 1 }]);
  const docs = documents([endpoint("bad/one", bad), GOOD], {
    policy,
    ...(bad.region === "open-circuit" ? { health: unhealthy } : {}),
  });
  const decision = decide(decisionInput(input), docs);
  expect(decision.ranked.map((ranked) => ranked.endpoint)).toEqual(["good/all-round"]);
  return decision.excluded.map(({ rule, count, endpoints }) => `${rule} ${count} ${endpoints}`);
}

test.each<[string, Partial<Endpoint>, InputFields]>([
  ["deprecated", { deprecated: true }, {}],
  ["modality:image", { inputs: ["text"] }, { classification: { modalities: ["image", "text"] } }],
  ["capability:tools", { capabilities: ["json-schema"] }, { classification: { capabilities: ["tools"] } }],
  ["capability:json-schema", { capabilities: [] }, { classification: { capabilities: ["json-schema", "tools"] } }],
  [
    "context-length",
    { contextTokens: 1_999 },
    { classification: { inputTokens: 1_000 }, facts: { maxOutputTokens: 1_000 } },
  ],
  ["input-length", { maxInputTokens: 999 }, { classification: { inputTokens: 1_000 }, facts: { maxOutputTokens: 1 } }],
  ["output-length", { maxOutputTokens: 999 }, { facts: { maxOutputTokens: 1_000 } }],
  ["health:circuit-open", { region: "open-circuit" }, {}],
  ["unpriced", { price: null }, { facts: { model: "auto:cost" } }],
  ["pinned:other-model", {}, { facts: { model: "all-round" } }],
])("%s rules an endpoint out and is recorded with it", (rule, bad, input) => {
  expect(rulesAgainst(bad, input)).toEqual([`${rule} 1 0`]);
});

test("a denial outweighs an allowance", () => {
  expect(rulesAgainst({}, {}, { deny: ["bad/*"] })).toEqual(["policy:deny 1 0"]);
});

test("what no pattern allows is ruled out", () => {
  expect(rulesAgainst({}, {}, { allow: ["good/*"] })).toEqual(["policy:allow 1 0"]);
});

test("a prompt that fits the context to the last token is let through", () => {
  const docs = documents([endpoint("a/one", { contextTokens: 2_000 })]);
  expect(decide(decisionInput({ facts: { maxOutputTokens: 1_000 } }), docs).action.kind).toBe("route");
});

test("a model whose limit is below the caller's bound is capped when no other gives more", () => {
  const docs = documents([endpoint("a/short", { maxOutputTokens: 500 })]);
  expect(decide(decisionInput({ facts: { maxOutputTokens: 1_000 } }), docs).action).toMatchObject({
    plan: ["a/short"],
    maxOutputTokens: 500,
    maxOutputSource: "capped",
  });
});

test("a request without a bound takes the policy's", () => {
  expect(decide(decisionInput({ facts: { maxOutputTokens: null } }), documents([GOOD])).action).toMatchObject({
    maxOutputTokens: 16_384,
    maxOutputSource: "default",
  });
});

test("a bound that nobody asked for gives way to the prompt", () => {
  const docs = documents([endpoint("a/short", { contextTokens: 8_200 })]);
  const input = decisionInput({ classification: { inputTokens: 7_944 }, facts: { maxOutputTokens: null } });
  expect(decide(input, docs).action).toMatchObject({ maxOutputTokens: 256, maxOutputSource: "capped" });
});

test.each(["auto", "all-round"])("a seed rules nobody out when %s is asked for, because it is best effort", (model) => {
  const input = decisionInput({ classification: { capabilities: ["seed"] }, facts: { model } });
  expect(decide(input, documents([GOOD])).action.kind).toBe("route");
});

test("who names a model is answered by it though it lacks logprobs; auto looks for one that has them", () => {
  const kinds = ["all-round", "auto"].map((model) => {
    const input = decisionInput({ classification: { capabilities: ["logprobs"] }, facts: { model } });
    return decide(input, documents([GOOD])).action.kind;
  });
  expect(kinds).toEqual(["route", "refuse"]);
});
