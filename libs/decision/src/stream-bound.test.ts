import type { RequestFacts } from "@signalbox/proto";
import { expect, test } from "vitest";
import { decisionInput, documents, endpoint, priced } from "./__fixtures__/documents.ts";
import { decide } from "./decide.ts";
import type { DecisionInput, PolicyDocument } from "@signalbox/proto";

const UNBOUND: Partial<RequestFacts> = { maxOutputTokens: null, stream: true };
const LONG = endpoint("a/long", { contextTokens: 200_000, maxOutputTokens: 64_000, price: priced(1, 1) });

function bounds(
  endpoints: Parameters<typeof documents>[0],
  more: {
    facts?: Partial<RequestFacts>;
    inputTokens?: number;
    policy?: Partial<PolicyDocument>;
    budgets?: DecisionInput["budgets"];
  } = {},
) {
  const { facts = {}, inputTokens = 1_000, policy = {}, budgets } = more;
  const input = decisionInput({ facts: { ...UNBOUND, ...facts }, classification: { inputTokens } });
  const { action } = decide(budgets === undefined ? input : { ...input, budgets }, documents(endpoints, { policy }));
  if (action.kind !== "route") return action.kind;
  const { maxOutputTokens, maxOutputSource, planOutputTokens } = action;
  return { maxOutputTokens, maxOutputSource, ...(planOutputTokens === undefined ? {} : { planOutputTokens }) };
}

test("a stream that nobody bounds may be as long as its model can write, up to the policy's limit", () => {
  expect(bounds([LONG])).toEqual({ maxOutputTokens: 32_768, maxOutputSource: "model" });
  expect(bounds([LONG], { policy: { streamMaxOutputTokens: 100_000 } })).toMatchObject({ maxOutputTokens: 64_000 });
  expect(bounds([LONG], { policy: { streamMaxOutputTokens: 1 } })).toEqual({
    maxOutputTokens: 16_384,
    maxOutputSource: "default",
  });
});

test("it leaves room for a prompt that is longer than it was taken for", () => {
  expect(bounds([LONG], { inputTokens: 140_000 })).toMatchObject({ maxOutputTokens: 25_000, maxOutputSource: "model" });
  expect(bounds([LONG], { inputTokens: 180_000 })).toMatchObject({
    maxOutputTokens: 16_384,
    maxOutputSource: "default",
  });
});

test("a model of unknown limits, an answer that is given whole and a caller's own bound have the default as before", () => {
  const plain = { maxOutputTokens: 16_384, maxOutputSource: "default" };
  expect(bounds([{ ...LONG, maxOutputTokens: null }])).toEqual(plain);
  expect(bounds([{ ...LONG, contextTokens: null }])).toEqual(plain);
  expect(bounds([LONG], { facts: { stream: false } })).toEqual(plain);
  expect(bounds([LONG], { facts: { maxOutputTokens: 50_000 } })).toEqual({
    maxOutputTokens: 50_000,
    maxOutputSource: "request",
  });
});

test("B1 a budget answers for the default alone", () => {
  const budgets: DecisionInput["budgets"] = [
    { budget: "team", unit: "usd", left: "1000000000000", lease: null },
  ] as unknown as DecisionInput["budgets"];
  expect(bounds([LONG], { budgets })).toMatchObject({ maxOutputTokens: 16_384 });
});

test("each endpoint of the plan has the bound of its own model, and none is ruled out by the first one's", () => {
  const short = endpoint("b/short", { maxOutputTokens: 20_000, price: priced(2, 2) });
  const unknown = endpoint("c/unknown", { maxOutputTokens: null, price: priced(3, 3) });
  expect(bounds([LONG, short, unknown])).toEqual({
    maxOutputTokens: 32_768,
    maxOutputSource: "model",
    planOutputTokens: [32_768, 20_000, 16_384],
  });
});
