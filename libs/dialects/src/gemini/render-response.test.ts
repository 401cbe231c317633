import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryResponse } from "../neutral/arbitrary.test-kit.ts";
import type { NeutralPart } from "../neutral/part.ts";
import type { NeutralResponse } from "../neutral/response.ts";
import { parseRequest } from "./parse-request.ts";
import { parseResponse } from "./parse-response.ts";
import { renderAsStream } from "./render-as-stream.ts";
import { renderResponse } from "./render-response.ts";
import { DEFAULTS, eventsOf, NOTE, partsOf, runStream, type Part } from "./stream.test-kit.ts";

const options = { provider: "acme", secrets: [], defaults: DEFAULTS };
const base: NeutralResponse = {
  source: { dialect: "openai-chat", body: {} },
  id: "r1",
  createdAtS: 1,
  model: "m",
  choices: [],
  usage: null,
  outputChars: 0,
};
const usage = {
  inputTokens: 10,
  cachedInputTokens: 4,
  cacheWriteTokens: 0,
  outputTokens: 7,
  reasoningTokens: 3,
  source: "reported",
} as const;
const answer = (...parts: NeutralPart[]): NeutralResponse => ({
  ...base,
  choices: [{ index: 0, parts, finish: "stop" }],
});

/** What a part says, in a form that survives what the format cannot keep. */
function essence(part: NeutralPart): unknown {
  if (part.kind === "text") return ["text", part.text, part.state?.value];
  if (part.kind === "reasoning") return ["reasoning", part.text, part.state?.value];
  if (part.kind !== "tool-call") return [part.kind];
  const value: unknown = part.custom === true ? null : JSON.parse(part.arguments);
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return ["call", part.id, part.name, isObject ? value : { input: part.arguments }, part.state?.value];
}

/** As pieces of one text: a stream does not keep where one part ends and the next begins. */
function joined(parts: readonly NeutralPart[]): string {
  return parts.map((part) => ("text" in part ? part.text : "")).join("");
}

/** In no order: a call whose arguments are no object cannot be known to be whole before the end. */
function statesOf(parts: readonly NeutralPart[]): string[] {
  return parts
    .flatMap((part) => ("state" in part && part.state ? [`${part.state.wire} ${part.state.value}`] : []))
    .toSorted();
}

describe("B8 an answer of another wire becomes one of this", () => {
  test("and its reading is what was said, but for what the losses name", () => {
    fc.assert(
      fc.property(arbitraryResponse, (response) => {
        const { body, losses } = renderResponse(response, { usage, note: NOTE });
        const read = parseResponse(JSON.parse(JSON.stringify(body)), options);
        expect(read).toMatchObject({ id: response.id, model: response.model, usage });
        for (const [index, choice] of response.choices.entries()) {
          const seen = read.choices[index]!;
          const hasCalls = choice.parts.some((part) => part.kind === "tool-call");
          const told =
            choice.finish === "stop" || choice.finish === "tool_calls"
              ? hasCalls
                ? "tool_calls"
                : "stop"
              : choice.finish;
          expect(seen.finish).toBe(told);
          // What only the answer's own form understands is kept where that form is this one.
          const kept = choice.parts.filter((part) => part.kind !== "other" || part.form === "gemini");
          expect(seen.parts.map(essence)).toEqual(kept.map(essence));
        }
        const places = losses.map(({ path }) => path);
        for (const [index, { stop }] of response.choices.entries()) {
          expect(places.includes(`choices[${index}].stop`)).toBe(stop !== undefined && stop.sequence !== null);
        }
      }),
    );
  });

  test("B7 as a stream it brings the same calls, whole, with their signatures", () => {
    fc.assert(
      fc.property(arbitraryResponse, fc.boolean(), (response, isSse) => {
        const envelope = { sse: isSse };
        const text = renderAsStream(response, { usage, note: NOTE, includeUsage: true, envelope });
        const choices = response.choices.length;
        const run = runStream([new TextEncoder().encode(text)], { sse: isSse, choices });
        expect(run.progress).toMatchObject({ end: { kind: "done" }, usage });
        for (const [index, choice] of response.choices.entries()) {
          const seen = run.response!.choices[index]!;
          const calls = (parts: readonly NeutralPart[]): unknown[] =>
            parts.filter((part) => part.kind === "tool-call").map(essence);
          expect(calls(seen.parts)).toEqual(calls(choice.parts));
          const of = (parts: readonly NeutralPart[], kind: string): string =>
            joined(parts.filter((part) => part.kind === kind));
          for (const kind of ["text", "reasoning"]) expect(of(seen.parts, kind)).toBe(of(choice.parts, kind));
          expect(statesOf(seen.parts)).toEqual(statesOf(choice.parts));
        }
      }),
      { numRuns: 60 },
    );
  });

  test("B9 the signed state of another wire comes back with the history, whole or in a stream, however its client writes base64", () => {
    const state = { wire: "anthropic-messages", kind: "signature", value: "Ep0C/+=ü" } as const;
    const response = answer({ kind: "reasoning", text: "Let me see.", state }, { kind: "text", text: "Dark." });
    const whole = renderResponse(response, { usage, note: NOTE }).body as {
      candidates: { content: { parts: Part[] } }[];
    };
    const streamed = partsOf(eventsOf(renderAsStream(response, { usage, note: NOTE, includeUsage: true })));
    for (const parts of [whole.candidates[0]!.content.parts, streamed]) {
      const signed = parts.find((part) => part.thoughtSignature !== undefined)!;
      expect(signed.thoughtSignature).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
      for (const alphabet of ["base64", "base64url"] as const) {
        const again = Buffer.from(signed.thoughtSignature!, "base64").toString(alphabet);
        const back = parts.map((part) => (part === signed ? { ...part, thoughtSignature: again } : part));
        const contents = [
          { role: "user", parts: [{ text: "Hi" }] },
          { role: "model", parts: back },
        ];
        expect(parseRequest({ contents }, { model: "m" }).messages[1]?.parts[0]).toEqual({
          kind: "reasoning",
          text: "Let me see.",
          state,
        });
      }
    }
  });

  test("what it cites stands in bytes of its text", () => {
    const annotation = {
      kind: "url",
      url: "https://example.org",
      title: null,
      citedText: null,
      start: 2,
      end: 6,
      form: "openai-chat",
      body: {},
    } as const;
    const response = answer({ kind: "text", text: "線 dark", annotations: [annotation, { ...annotation, url: null }] });
    const { body, losses } = renderResponse(response, { usage, note: NOTE });
    const segment = { startIndex: 4, endIndex: 8, text: "dark" };
    const groundingChunks = [{ web: { uri: "https://example.org", title: "https://example.org" } }];
    expect(body["candidates"]).toMatchObject([
      { groundingMetadata: { groundingChunks, groundingSupports: [{ segment, groundingChunkIndices: [0] }] } },
    ]);
    expect(losses).toEqual([{ path: "choices[0].parts[0].annotations[1]", what: "citation", why: "no-equivalent" }]);
    expect(parseResponse(body, options).choices[0]?.parts).toMatchObject([{ annotations: [{ start: 2, end: 6 }] }]);
    const before = { kind: "text", text: "ü" } as const;
    const streamed = eventsOf(
      renderAsStream(answer(before, ...response.choices[0]!.parts), { usage, note: NOTE, includeUsage: true }),
    );
    expect(streamed.at(-1)?.candidates?.[0]).toMatchObject({
      finishReason: "STOP",
      groundingMetadata: {
        groundingChunks,
        groundingSupports: [{ segment: { ...segment, startIndex: 6, endIndex: 10 } }],
      },
    });
  });

  test("logprobs are told in this form", () => {
    const logprobs = {
      content: [{ token: "a", logprob: -0.5, bytes: null, top_logprobs: [{ token: "b", logprob: -2, bytes: null }] }],
      refusal: null,
    };
    const { body } = renderResponse(
      { ...base, choices: [{ index: 0, parts: [], finish: "stop", logprobs }] },
      { usage, note: NOTE },
    );
    expect(body["candidates"]).toMatchObject([
      { avgLogprobs: -0.5, logprobsResult: { chosenCandidates: [{ token: "a", logProbability: -0.5 }] } },
    ]);
    expect(parseResponse(body, options).choices[0]?.logprobs).toEqual(logprobs);
  });
});

describe("a whole answer of this form", () => {
  const body = {
    candidates: [
      {
        content: {
          parts: [
            { text: "a", novel: 1 },
            { functionCall: { name: "f" }, thoughtSignature: "c2ln" },
          ],
          role: "model",
        },
        finishReason: "STOP",
        safetyRatings: [{ category: "X" }],
        index: 0,
      },
    ],
    usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, trafficType: "ON_DEMAND" },
    modelVersion: "gemini-3-pro",
    responseId: "r9",
    novel: { k: 1 },
  };

  test("B8 keeps its own fields, with the usage as it is understood", () => {
    const response = parseResponse(body, options);
    const rendered = renderResponse(response, { usage: response.usage!, note: NOTE });
    expect(rendered.losses).toEqual([]);
    expect(rendered.body).toMatchObject({ ...body, usageMetadata: { ...body.usageMetadata, totalTokenCount: 7 } });
    const streamed = eventsOf(renderAsStream(response, { usage: response.usage!, note: NOTE, includeUsage: true }));
    expect(streamed).toEqual([rendered.body]);
  });

  test.each<[string, unknown]>([
    ["no object", "x"],
    ["no candidates", { usageMetadata: {} }],
    ["an empty list", { candidates: [], promptFeedback: { safetyRatings: [] } }],
    ["an error inside a 200", { error: { code: 500, message: "x" } }],
    ["a failure as its end", { candidates: [{ finishReason: "UNEXPECTED_TOOL_CALL" }] }],
  ])("B6 %s is an error of the provider", (_, value) => {
    expect(() => parseResponse(value, options)).toThrow(expect.objectContaining({ code: "upstream-error" }));
  });

  test("a blocked prompt is a refusal, in the words of the provider where it has some", () => {
    const blocked = { promptFeedback: { blockReason: "SAFETY", blockReasonMessage: "Not this." } };
    expect(parseResponse(blocked, options).choices).toMatchObject([
      { parts: [{ kind: "refusal", text: "Not this." }], finish: "content_filter", stop: { category: "SAFETY" } },
    ]);
  });
});
