import { assert, constantFrom, integer, property, string } from "fast-check";
import { Classification } from "@signalbox/proto";
import { expect, test } from "vitest";
import { itemOf } from "./__fixtures__/item.ts";
import { classify } from "./classify.ts";
import { CLASSIFIER_DOCUMENT } from "./classifier-document.ts";

test("a greeting is easier than an explanation, and that than a proof under conditions", () => {
  const ordered = [
    "Hello!",
    "Explain recursion.",
    "Explain recursion and iteration, compare their memory use, and show both in Python.",
    "Prove rigorously that every group of prime order is cyclic, without using Lagrange's theorem; give a counterexample when the order is not prime.",
  ].map((prompt) => classify(itemOf(prompt), CLASSIFIER_DOCUMENT));
  const difficulties = ordered.map(({ difficulty }) => difficulty);
  expect(difficulties).toEqual(difficulties.toSorted((a, b) => a - b));
  expect(new Set(difficulties).size).toBe(difficulties.length);
  expect(ordered.map(({ tier }) => tier)).toEqual(["LIGHT", "LIGHT", "STANDARD", "HEAVY"]);
});

test("asking for high effort makes a request harder and asking for none makes it easier", () => {
  const [none, unset, high] = (["none", null, "high"] as const).map(
    (reasoningEffort) =>
      classify(itemOf("Plan my week.", { facts: { reasoningEffort } }), CLASSIFIER_DOCUMENT).difficulty,
  );
  expect(none).toBeLessThan(unset!);
  expect(high).toBeGreaterThan(unset!);
});

test("the signals are the summands of the difficulty, strongest first", () => {
  const { difficulty, signals } = classify(
    itemOf("Implement a lock-free queue in Rust. It must not allocate and must handle overflow. Prove it correct."),
    CLASSIFIER_DOCUMENT,
  );
  expect(signals.reduce((sum, { points }) => sum + points, 0)).toBe(difficulty);
  const strengths = signals.map(({ points }) => Math.abs(points));
  expect(strengths).toEqual(strengths.toSorted((a, b) => b - a));
  expect(signals[0]?.name).toBe("task:code");
});

test("a system prompt full of rules does not make a greeting hard", () => {
  const system =
    "You must be polite. You must never lie. Ensure that each answer is exact. Prove every theorem. ".repeat(20);
  const { tier } = classify(itemOf("Hi there, how are you?", { view: { system } }), CLASSIFIER_DOCUMENT);
  expect(tier).toBe("LIGHT");
});

test("any text and any counts give a classification that fits the contract, and the same one twice", () => {
  const unit = constantFrom("grapheme", "binary", "binary-ascii");
  assert(
    property(
      unit.chain((kind) => string({ unit: kind as "binary", maxLength: 400 })),
      integer({ min: 0, max: 300 }),
      integer({ min: 0, max: 40 }),
      (text, repeat, count) => {
        const item = itemOf(text.repeat(repeat % 9), {
          facts: { messages: 1 + repeat, tools: count % 4, images: count % 3, files: count % 2, seed: count > 20 },
          view: { system: text, conversation: text },
        });
        const found = classify(item, CLASSIFIER_DOCUMENT);
        expect(Classification.parse(found)).toEqual(found);
        expect(classify(item, CLASSIFIER_DOCUMENT)).toEqual(found);
      },
    ),
    { numRuns: 60 },
  );
});
