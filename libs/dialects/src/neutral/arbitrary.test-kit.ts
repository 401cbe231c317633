import * as fc from "fast-check";
import type { NeutralAnnotation, NeutralPart } from "./part.ts";
import type { ReasoningState } from "./reasoning-state.ts";
import type { NeutralChoice, NeutralResponse } from "./response.ts";

const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
const json = fc.json({ maxDepth: 2 });

export const arbitraryState: fc.Arbitrary<ReasoningState> = fc.record({
  wire: fc.constantFrom("anthropic-messages", "gemini", "openai-responses"),
  kind: fc.constantFrom("signature", "redacted", "encrypted"),
  value: word,
});

const annotation: fc.Arbitrary<NeutralAnnotation> = fc.record({
  kind: fc.constantFrom("url", "document", "file", "other"),
  url: fc.option(fc.webUrl()),
  title: fc.option(word),
  citedText: fc.option(word),
  start: fc.option(fc.nat(9)),
  end: fc.option(fc.nat(9)),
  form: fc.constant("cohere-v2"),
  body: fc.constant({ type: "citation" }),
});

/** Parts that a model generates, without the empty ones, which no stream can bring. */
export const arbitraryPart: fc.Arbitrary<NeutralPart> = fc.oneof(
  fc.record({ kind: fc.constant("text"), text: word }),
  fc.record({
    kind: fc.constant("text"),
    text: word,
    annotations: fc.array(annotation, { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ kind: fc.constant("text"), text: word, state: arbitraryState }),
  fc.record({ kind: fc.constant("reasoning"), text: word }),
  fc.record({ kind: fc.constant("reasoning"), text: fc.oneof(word, fc.constant("")), state: arbitraryState }),
  fc.record({ kind: fc.constant("reasoning"), text: word, id: word, state: arbitraryState }),
  fc.record({ kind: fc.constant("tool-call"), id: fc.uuid(), name: word, arguments: json }),
  fc.record({ kind: fc.constant("tool-call"), id: fc.uuid(), name: word, arguments: word, custom: fc.constant(true) }),
  fc.record({ kind: fc.constant("tool-call"), id: fc.uuid(), name: word, arguments: json, state: arbitraryState }),
  fc.record({
    kind: fc.constant("image"),
    source: fc.record({ kind: fc.constant("base64"), mime: fc.constant("image/png"), data: fc.base64String() }),
    detail: fc.constant(null),
  }),
  fc.record({ kind: fc.constant("other"), type: word, form: fc.constant("gemini"), body: fc.constant({ type: "x" }) }),
);

const choice: fc.Arbitrary<NeutralChoice> = fc.record(
  {
    index: fc.constant(0),
    parts: fc.array(arbitraryPart, { maxLength: 6 }),
    finish: fc.constantFrom("stop", "length", "tool_calls", "content_filter"),
    stop: fc.record({
      reason: word,
      sequence: fc.option(word),
      category: fc.option(word),
      explanation: fc.option(word),
    }),
  },
  { requiredKeys: ["index", "parts", "finish"] },
);

/** Answers of a wire that no codec has, of one choice or two. */
export const arbitraryResponse: fc.Arbitrary<NeutralResponse> = fc.record({
  source: fc.constant({ dialect: "cohere-v2", body: {} }),
  id: word,
  createdAtS: fc.nat(),
  model: word,
  choices: fc
    .array(choice, { minLength: 1, maxLength: 2 })
    .map((all) => all.map((each, index) => Object.assign(each, { index }))),
  usage: fc.constant({
    inputTokens: 10,
    cachedInputTokens: 4,
    cacheWriteTokens: 2,
    outputTokens: 7,
    reasoningTokens: 3,
    source: "reported",
  }),
  outputChars: fc.constant(0),
});
