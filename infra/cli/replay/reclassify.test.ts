import { CLASSIFIER_DOCUMENT, classify } from "@signalbox/classify";
import { decisionInput } from "@signalbox/decision/fixtures/documents";
import { factsOf, ingressOf, textViewOf } from "@signalbox/dialects";
import { plainRequestFacts, VIEW_MAX_BYTES, type DecisionInput } from "@signalbox/proto";
import { expect, test } from "vitest";
import { compareClassification } from "./reclassify.ts";

const body = { model: "auto", messages: [{ role: "user", content: "Write a quicksort in Rust and prove it." }] };
const CONTENT = { dialect: "openai-chat", request: JSON.stringify(body) } as const;

function recorded(): DecisionInput {
  const request = ingressOf("openai-chat").parseRequest(body);
  const facts = plainRequestFacts(factsOf(request));
  const classification = classify({ facts, view: textViewOf(request, VIEW_MAX_BYTES) }, CLASSIFIER_DOCUMENT);
  return { ...decisionInput(), facts, classification };
}

test("what was retained is classified to what was recorded", () => {
  expect(compareClassification(recorded(), CONTENT, CLASSIFIER_DOCUMENT)).toEqual([]);
});

test("where it differs is told, field by field", () => {
  const input = recorded();
  const other = { ...input, classification: { ...input.classification, task: "creative" } } as DecisionInput;
  expect(compareClassification(other, CONTENT, CLASSIFIER_DOCUMENT)).toEqual([
    { path: "/input/classification/task", recorded: "creative", replayed: "code" },
  ]);
});

test("rules that are for other code are not run", () => {
  const rules = { ...CLASSIFIER_DOCUMENT, version: CLASSIFIER_DOCUMENT.version + 1 };
  expect(() => compareClassification(recorded(), CONTENT, rules)).toThrow("for other code than this checkout's");
});
