import * as fc from "fast-check";
import { arbitraryState } from "./arbitrary.test-kit.ts";
import type { NeutralMessage } from "./message.ts";
import type { NeutralPart } from "./part.ts";
import { effortOfBudget, type NeutralReasoning } from "./requested-reasoning.ts";
import type { NeutralRequest } from "./request.ts";
import type { NeutralTool, NeutralToolChoice } from "./tool.ts";

const word = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 12 }).filter((text) => text.trim() !== "");
const name = fc.stringMatching(/^[a-z]{1,8}$/);
const cache = fc.record({ ttl: fc.constantFrom("5m", "1h", null) } as const);
// Gemini's state is a signature, whatever it signs.
const state = arbitraryState.map((any) => (any.wire === "gemini" ? { ...any, kind: "signature" as const } : any));
const marked = { cache, state };
const bytes = (mime: string): fc.Arbitrary<{ kind: "base64"; mime: string; data: string }> => {
  return fc.record({ kind: fc.constant("base64"), mime: fc.constant(mime), data: fc.base64String({ minLength: 4 }) });
};

const text: fc.Arbitrary<NeutralPart> = fc.record(
  { kind: fc.constant("text"), text: word, ...marked },
  { requiredKeys: ["kind", "text"] },
);
const other: fc.Arbitrary<NeutralPart> = fc.record({
  kind: fc.constant("other"),
  type: name,
  form: fc.constant("gemini"),
  body: fc.constant({ type: "x" }),
});

const userPart: fc.Arbitrary<NeutralPart> = fc.oneof(
  { weight: 3, arbitrary: text },
  fc.record(
    {
      kind: fc.constant("image"),
      source: fc.oneof(bytes("image/png"), urlSource()),
      detail: fc.constantFrom(null, "low"),
      ...marked,
    },
    { requiredKeys: ["kind", "source", "detail"] },
  ),
  fc.record({ kind: fc.constant("audio"), source: bytes("audio/wav"), cache }, { requiredKeys: ["kind", "source"] }),
  fc.record(
    {
      kind: fc.constant("file"),
      source: fc.oneof(
        bytes("application/pdf"),
        urlSource(),
        fc.record({ kind: fc.constant("text"), text: word }),
        fc.record({
          kind: fc.constant("file-id"),
          id: name,
          form: fc.constantFrom("openai-chat", "anthropic-messages"),
        }),
      ),
      name: word,
      context: word,
      citations: fc.constant(true),
      cache,
    },
    { requiredKeys: ["kind", "source", "name"] },
  ),
  other,
);

const assistantPart: fc.Arbitrary<NeutralPart> = fc.oneof(
  { weight: 3, arbitrary: text },
  fc.record(
    { kind: fc.constant("reasoning"), text: fc.oneof(word, fc.constant("")), state },
    { requiredKeys: ["kind", "text"] },
  ),
  fc.record(
    { kind: fc.constant("tool-call"), id: fc.uuid(), name, arguments: fc.json({ maxDepth: 1 }), ...marked },
    { requiredKeys: ["kind", "id", "name", "arguments"] },
  ),
  fc.record({ kind: fc.constant("tool-call"), id: fc.uuid(), name, arguments: word, custom: fc.constant(true) }),
  other,
);

const parts = (part: fc.Arbitrary<NeutralPart>): fc.Arbitrary<NeutralPart[]> =>
  fc.array(part, { minLength: 1, maxLength: 4 });

const message: fc.Arbitrary<NeutralMessage> = fc.oneof(
  fc.record({ role: fc.constantFrom("system", "developer"), parts: parts(text) }),
  fc.record({ role: fc.constant("user"), parts: parts(userPart), name }, { requiredKeys: ["role", "parts"] }),
  fc.record({ role: fc.constant("assistant"), parts: parts(assistantPart) }),
  fc.record({
    role: fc.constant("assistant"),
    parts: fc.tuple(fc.record({ kind: fc.constant("refusal"), text: word })),
  }),
  fc.record(
    { role: fc.constant("tool"), parts: parts(text), callId: fc.uuid(), isError: fc.constant(true), cache },
    { requiredKeys: ["role", "parts", "callId"] },
  ),
);

const tool: fc.Arbitrary<NeutralTool> = fc.oneof(
  fc.record(
    {
      kind: fc.constant("function"),
      name,
      description: fc.option(word),
      parameters: fc.option(fc.constant({ type: "object" })),
      strict: fc.option(fc.boolean()),
      cache,
    },
    { requiredKeys: ["kind", "name", "description", "parameters", "strict"] },
  ),
  fc.record({
    kind: fc.constant("custom"),
    name,
    description: fc.option(word),
    parameters: fc.constant(null),
    format: fc.constant(null),
  }),
  fc.record({
    kind: fc.constant("other"),
    name: fc.constant(null),
    description: fc.constant(null),
    parameters: fc.constant(null),
    type: name,
    form: fc.constant("gemini"),
    body: fc.constant({}),
  }),
);

const efforts = fc.constantFrom("none", "minimal", "low", "medium", "high", "xhigh", "max");
const summaries = fc.constantFrom(null, "auto", "detailed");
const reasoning: fc.Arbitrary<NeutralReasoning> = fc.oneof(
  fc.record({ effort: efforts, budgetTokens: fc.constant(null), summary: summaries }),
  fc.record({ effort: fc.constant(null), budgetTokens: fc.integer({ min: 1024, max: 70_000 }), summary: summaries }),
);

const sampling: fc.Arbitrary<NeutralRequest["sampling"]> = fc.record({
  topP: fc.option(fc.constantFrom(0, 0.5, 1)),
  topK: fc.option(fc.nat(100)),
  minP: fc.option(fc.constant(0.1)),
  frequencyPenalty: fc.option(fc.constantFrom(-1, 0, 2)),
  presencePenalty: fc.option(fc.constantFrom(-2, 0, 1)),
  stop: fc.array(word, { maxLength: 6 }),
  logitBias: fc.option(fc.constant({ "5": 1 })),
});

/** Requests that were read from a dialect that is not OpenAI's, with at most one of each thing that a wire may lack. */
export const arbitraryRequest: fc.Arbitrary<NeutralRequest> = fc
  .record({
    source: fc.constant({ dialect: "anthropic-messages", body: {} } as const),
    model: fc.constant("auto"),
    messages: fc.array(message, { minLength: 1, maxLength: 4 }),
    tools: fc.uniqueArray(tool, { maxLength: 3, selector: (each) => each.name ?? "-" }),
    parallelTools: fc.option(fc.boolean()),
    responseFormat: fc.oneof(
      fc.constantFrom({ kind: "text" } as const, { kind: "json-object" } as const),
      fc.record({
        kind: fc.constant("json-schema"),
        name,
        schema: fc.constant({ type: "object" }),
        description: fc.option(word),
        strict: fc.option(fc.boolean()),
      }),
    ),
    stream: fc.boolean(),
    includeUsage: fc.constant(true),
    choices: fc.integer({ min: 1, max: 3 }),
    maxOutputTokens: fc.option(fc.integer({ min: 1, max: 9999 })),
    temperature: fc.option(fc.constantFrom(0, 0.7, 1, 2)),
    seed: fc.option(fc.integer({ min: -5, max: 5 })),
    sampling,
    logprobs: fc.boolean(),
    reasoning: fc.option(reasoning),
    verbosity: fc.option(fc.constantFrom("low", "high")),
    service: fc.record({
      tier: fc.option(name),
      store: fc.option(fc.boolean()),
      cacheKey: fc.option(name),
      safetyId: fc.option(name),
    }),
    user: fc.option(name),
    metadata: fc.option(fc.constant({ a: "b" })),
  })
  .chain((request) => choiceOf(request.tools).map((toolChoice) => ({ ...request, toolChoice })))
  .map((request) => {
    const { reasoning: asked } = request;
    const reasoningEffort = asked === null ? null : (asked.effort ?? effortOfBudget(asked.budgetTokens ?? 0));
    // A request says how tools are to be called only where it has some.
    const parallelTools = request.tools.length === 0 ? null : request.parallelTools;
    return { ...request, parallelTools, topLogprobs: request.logprobs ? 2 : null, reasoningEffort };
  });

function choiceOf(tools: readonly NeutralTool[]): fc.Arbitrary<NeutralToolChoice | null> {
  if (tools.length === 0) return fc.constant(null);
  const plain = fc.constantFrom(
    { kind: "auto" } as const,
    { kind: "none" } as const,
    { kind: "required" } as const,
    null,
  );
  const names = tools.flatMap((each) => each.name ?? []);
  if (names.length === 0) return plain;
  return fc.oneof(
    plain,
    fc.record({ kind: fc.constant("tool"), name: fc.constantFrom(...names) }),
    fc.record({ kind: fc.constant("allowed"), mode: fc.constantFrom("auto", "required"), names: fc.constant(names) }),
  );
}

function urlSource(): fc.Arbitrary<{ kind: "url"; url: string }> {
  return fc.record({ kind: fc.constant("url"), url: fc.webUrl() });
}
