import { expect, test } from "vitest";
import { decisionInput, documents, endpoint, priced } from "./__fixtures__/documents.ts";
import { decide } from "./decide.ts";

function plan(endpoints: Parameters<typeof documents>[0], planMax = 4, maxOutputTokens = 1_000) {
  const { action } = decide(
    decisionInput({ facts: { maxOutputTokens } }),
    documents(endpoints, { policy: { planMax } }),
  );
  return action.kind === "route" ? action.plan : [];
}

test("fallbacks are other providers' before the same provider's", () => {
  const endpoints = [
    endpoint("a/1", { price: priced(1, 1) }),
    endpoint("a/2", { price: priced(2, 2) }),
    endpoint("b/1", { price: priced(4, 4) }),
    endpoint("b/2", { price: priced(3, 3) }),
    endpoint("c/1", { price: priced(5, 5) }),
  ];
  expect(plan(endpoints)).toEqual(["a/1", "b/2", "c/1", "a/2"]);
  expect(plan(endpoints, 2)).toEqual(["a/1", "b/2"]);
  expect(plan(endpoints, 1)).toEqual(["a/1"]);
  expect(plan(endpoints, 8)).toEqual(["a/1", "b/2", "c/1", "a/2", "b/1"]);
});

test("a fallback can give as many tokens as the plan allows", () => {
  const endpoints = [
    endpoint("a/1", { price: priced(1, 1), maxOutputTokens: 800 }),
    endpoint("b/1", { price: priced(2, 2), maxOutputTokens: 700 }),
    endpoint("c/1", { price: priced(3, 3), maxOutputTokens: 900 }),
  ];
  expect(plan(endpoints)).toEqual(["a/1", "c/1"]);
});
