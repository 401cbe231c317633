import { DIALECTS, NO_USAGE, SignalboxError, WIRES } from "@signalbox/proto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { egressOf, ingressOf, renderFor } from "./codecs.ts";
import type { IngressCodec } from "./ingress-codec.ts";
import { factsOf } from "./neutral/facts.ts";
import type { NeutralRequest } from "./neutral/request.ts";
import type { NeutralChunk } from "./neutral/stream-event.ts";
import { textViewOf } from "./neutral/text-view.ts";

/** Names that readers of some format look for, so that what is generated gets past their first look. */
const REQUEST_FIELDS =
  "model messages input contents role content parts type text name id call_id tool_calls function functionCall arguments args tools tool_choice parameters system instructions max_tokens prompt image_url source data thinking signature reasoning_details encrypted_content summary output toolConfig generationConfig thoughtSignature inlineData response_format schema stop n stream metadata";
const ANSWER_FIELDS =
  "choices delta message content index finish_reason tool_calls function arguments usage prompt_tokens error code id type output item item_id output_index response content_block text partial_json thinking signature stop_reason candidates parts functionCall args finishReason usageMetadata groundingMetadata contentBlockIndex start toolUse reasoningContent stopReason billed_units tokens citations logprobs status";
const WORDS =
  "user assistant system tool model text image_url tool_use tool_result thinking redacted_thinking function message reasoning function_call message_start content_block_start content_block_delta message_delta message_stop response.created response.output_item.added response.output_item.done response.output_text.delta response.completed content-delta message-end stop STOP end_turn";

/** JSON whose members have these names more often than not. */
function shaped(fields: string): fc.Arbitrary<unknown> {
  const names = fields.split(" ");
  const { node } = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.oneof(fc.constantFrom(...WORDS.split(" ")), fc.string(), fc.double(), fc.boolean(), fc.constant(null)),
      fc.array(tie("node"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...names), tie("node"), { maxKeys: 6 }),
    ),
  }));
  return node;
}

/** What it throws when it is no error of ours, which fails the test; else the code or `none`. */
function codeOf(work: () => unknown): string {
  try {
    work();
    return "none";
  } catch (error) {
    if (error instanceof SignalboxError) return error.code;
    throw error;
  }
}

const reading = { provider: "acme", secrets: ["s"], choices: 1, defaults: { id: "x", createdAtS: 7, model: "m" } };
const note = { decisionId: "d", costPicoUsd: "1", endpoint: "acme/m" };
const usage = { ...NO_USAGE, inputTokens: 1, outputTokens: 1, source: "reported" } as const;

/** All that the line does with a request before a provider is called. */
function walk(request: NeutralRequest, codec: IngressCodec): void {
  factsOf(request);
  textViewOf(request, 1_000);
  codec.cacheFieldsOf(request);
  codec.unread(request);
  for (const wire of WIRES) {
    if (codeOf(() => renderFor(wire, request, { model: "m", maxOutputTokens: 100 })) === "internal")
      throw new Error(wire);
  }
}

describe.each(DIALECTS)("B13 a request in the dialect %s", (dialect) => {
  const codec = ingressOf(dialect);
  const body = shaped(REQUEST_FIELDS);

  test("is read or refused as invalid, whatever it is", () => {
    const held = fc.record({ messages: body, contents: body, input: body, prompt: body, tools: body, system: body });
    fc.assert(
      fc.property(fc.oneof(body, held), (value) => {
        const asked = typeof value === "object" && value !== null ? { model: "m", max_tokens: 9, ...value } : value;
        let request: NeutralRequest | null = null;
        const code = codeOf(() => {
          request = codec.parseRequest(asked, { model: "m" });
        });
        expect(["none", "invalid-request"]).toContain(code);
        if (request !== null) walk(request, codec);
      }),
      { numRuns: 150 },
    );
  });
});

/** The caller's frames of these chunks, and the end. */
function written(dialect: (typeof DIALECTS)[number], chunks: readonly NeutralChunk[]): string {
  const caller = ingressOf(dialect);
  let state = caller.startWriting({ includeUsage: true });
  let frames = "";
  for (const chunk of chunks) {
    const [next, frame] = caller.writeChunk(state, chunk);
    state = next;
    frames += frame;
  }
  return frames + caller.writeTail(state, { usage, usageSource: null, usageForm: "cohere-v2", note });
}

/** Every event of a caller's stream is JSON, or the mark of its end. */
function expectFrames(frames: string): void {
  for (const line of frames.split("\n")) {
    if (line.startsWith("data: ") && line !== "data: [DONE]") JSON.parse(line.slice("data: ".length));
  }
}

/** A choice begins once, ends once at the most, and says nothing once it has ended but what cannot change its words. */
function expectOneEnd(chunks: readonly NeutralChunk[]): void {
  const begun = new Set<number>();
  const ended = new Set<number>();
  for (const { choice, first, finish } of chunks.flatMap(({ deltas }) => deltas)) {
    expect([choice, first]).toEqual([choice, !begun.has(choice)]);
    begun.add(choice);
    if (finish === null) continue;
    expect(ended).not.toContain(choice);
    ended.add(choice);
  }
}

const EVENT_NAMES =
  "messageStart contentBlockStart contentBlockDelta contentBlockStop messageStop metadata validationException".split(
    " ",
  );

describe.each(WIRES)("B13 an answer on the wire %s", (wire) => {
  const codec = egressOf(wire);
  const body = shaped(ANSWER_FIELDS);
  const event = fc.record({
    event: fc.oneof(fc.constant(""), fc.constantFrom(...EVENT_NAMES)),
    data: fc.oneof(
      body.map((value) => JSON.stringify(value)),
      fc.string(),
    ),
  });

  test("is read or refused as the provider's failure, whole and streamed, and can be given to any caller", () => {
    fc.assert(
      fc.property(body, fc.array(event, { maxLength: 5 }), (value, events) => {
        const code = codeOf(() => {
          const response = codec.parseResponse(value, reading);
          for (const dialect of DIALECTS)
            JSON.stringify(ingressOf(dialect).renderResponse(response, { usage, note }).body);
        });
        expect(code).toMatch(/^(none|upstream-.*)$/);
        let state = codec.startReading(reading);
        const chunks: NeutralChunk[] = [];
        const readCode = codeOf(() => {
          for (const each of events) {
            const [next, read] = codec.readEvent(state, each);
            state = next;
            chunks.push(...read);
          }
          chunks.push(...(codec.lastChunks?.(state) ?? []));
        });
        expect(readCode).toMatch(/^(none|upstream-.*)$/);
        expect(codec.readEnd(state).progress.end.kind).not.toBe("open");
        expectOneEnd(chunks);
        for (const dialect of DIALECTS) expectFrames(written(dialect, chunks));
      }),
      { numRuns: 120 },
    );
  });

  test("that is an error of any text is one that can be shown", () => {
    const text = fc.oneof(
      fc.string(),
      body.map((value) => JSON.stringify(value)),
      body.map((error) => JSON.stringify({ error })),
    );
    fc.assert(
      fc.property(fc.integer({ min: 201, max: 599 }), text, fc.string(), (status, bodyText, told) => {
        const failure = { status, header: () => told, bodyText, provider: "acme", nowMs: 0, secrets: ["s"] };
        const error = codec.parseError(failure);
        expect(error.code).toMatch(/^upstream-/);
        expect(error.message.length).toBeLessThan(2_000);
      }),
    );
  });

  test("cut into bytes of any kind ends in events or in an error of the provider's", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc
        .constantFrom("data: {", "\r\n", "\n\n", "event: x\n", "[{", "}", "]")
        .map((text) => new TextEncoder().encode(text)),
    );
    fc.assert(
      fc.property(
        fc.array(bytes, { maxLength: 12 }),
        fc.constantFrom("text/event-stream", "application/json", "application/vnd.amazon.eventstream", ""),
        (pieces, type) => {
          const code = codeOf(() => {
            const parser = codec.openEvents(type);
            for (const piece of pieces) parser?.push(piece);
            parser?.end();
          });
          expect(code).toMatch(/^(none|upstream-error)$/);
        },
      ),
    );
  });
});
