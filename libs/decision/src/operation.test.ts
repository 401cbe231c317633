import { expect, test } from "vitest";
import { decisionInput, documents, endpoint, type InputFields, priced } from "./__fixtures__/documents.ts";
import { decide } from "./decide.ts";

const EMBEDS: InputFields["facts"] = { operation: "embeddings", maxOutputTokens: 0 };
const vectors = (id: string, fields: Parameters<typeof endpoint>[1] = {}) =>
  endpoint(id, { operations: ["embeddings"], contextTokens: 8_000, ...fields });

test("an operation is left to those that serve it, and chat to those that converse", () => {
  const docs = documents([endpoint("a/talks"), vectors("b/embeds")]);
  const embedding = decide(decisionInput({ facts: EMBEDS }), docs);
  expect(embedding.action).toMatchObject({ kind: "route", plan: ["b/embeds"], maxOutputTokens: 0 });
  expect(embedding.excluded).toEqual([{ rule: "operation", count: 1, endpoints: "0" }]);
  expect(decide(decisionInput({}), docs).action).toMatchObject({ kind: "route", plan: ["a/talks"] });
});

test("where none serves the operation the model is not found, named or not", () => {
  const docs = documents([endpoint("a/talks"), endpoint("b/talks")]);
  for (const model of ["auto", "talks", "a/talks"]) {
    const { action } = decide(decisionInput({ facts: { ...EMBEDS, model } }), docs);
    expect(action).toMatchObject({ kind: "refuse", code: "model-not-found" });
  }
});

test("only the same model at another host stands in for one that embeds", () => {
  const cheap = { family: "small", price: priced(10_000, 0) };
  const docs = documents([
    vectors("a/small", cheap),
    vectors("b/small", { ...cheap, price: priced(20_000, 0) }),
    vectors("c/large", { family: "large", price: priced(30_000, 0) }),
  ]);
  const { action, eligible } = decide(decisionInput({ facts: { ...EMBEDS, model: "auto:cost" } }), docs);
  expect(eligible).toBe(3);
  expect(action).toMatchObject({ plan: ["a/small", "b/small"] });
});

test("many inputs may be longer together than the context that each of them has to fit", () => {
  const input = { facts: EMBEDS, classification: { inputTokens: 100_000 } };
  expect(decide(decisionInput(input), documents([vectors("a/small")])).action.kind).toBe("route");
});
