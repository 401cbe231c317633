import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryResponse } from "../neutral/arbitrary.test-kit.ts";
import { chunksOfResponse } from "../neutral/response-chunks.ts";
import type { NeutralPart } from "../neutral/part.ts";
import type { NeutralResponse } from "../neutral/response.ts";
import { BLANK_DELTA, type DeltaExtra, type NeutralDelta } from "../neutral/stream-event.ts";
import { expectConforms } from "./conforms.test-kit.ts";
import { openaiResponsesIngress as ingress } from "./ingress.ts";
import { parseRequest } from "./parse-request.ts";
import { parseResponse } from "./parse-response.ts";
import { ESTIMATED, eventsOf, NOTE, readWithSdk, READING, write } from "./stream.test-kit.ts";

/** Answers of one choice: this format has no more. */
const answers = arbitraryResponse.map((response) => ({ ...response, choices: response.choices.slice(0, 1) }));

/** Parts as they must come back: what the format cannot hold is left out, and stands in the losses. */
function expected(part: NeutralPart): object[] {
  if (part.kind === "other") return [];
  if (part.kind === "text") {
    const cited = (part.annotations ?? []).filter(({ url }) => url !== null).map(({ url }) => url);
    return [{ kind: "text", text: part.text, cited, state: part.state ?? null }];
  }
  if (part.kind === "reasoning") return [{ kind: "reasoning", text: part.text, state: part.state ?? null }];
  if (part.kind === "image") return [{ kind: "image", source: part.source }];
  return [argued(part)];
}

function seen(part: NeutralPart): object {
  if (part.kind === "text") {
    const cited = (part.annotations ?? []).map(({ url }) => url);
    return { kind: "text", text: part.text, cited, state: part.state ?? null };
  }
  if (part.kind === "reasoning") return { kind: "reasoning", text: part.text, state: part.state ?? null };
  if (part.kind === "image") return { kind: "image", source: part.source };
  return argued(part);
}

/** A call of no arguments is one of an empty object, unless the answer's bound cut it. */
function argued(part: NeutralPart): NeutralPart {
  const isBare = part.kind === "tool-call" && part.custom !== true && ["", "{}"].includes(part.arguments.trim());
  return isBare ? { ...part, arguments: "{}" } : part;
}

const states = (parts: readonly NeutralPart[]): unknown[] =>
  parts.flatMap((part) => ("state" in part && part.state !== undefined ? [[part.kind, part.state]] : []));

describe("B8 an answer of another wire becomes a response", () => {
  test("and its reading is what was said, but for what the losses name", () => {
    fc.assert(
      fc.property(answers, (response) => {
        const { body, losses } = ingress.renderResponse(response, { usage: response.usage!, note: NOTE });
        const [choice] = parseResponse(body, READING).choices;
        const given = response.choices[0]!;
        const refusal = given.stop?.explanation ? [{ kind: "refusal", text: given.stop.explanation }] : [];
        expect(choice?.parts.map(seen)).toEqual([...given.parts.flatMap((part) => expected(part)), ...refusal]);
        const lost = new Set(losses.map(({ what }) => what));
        const missing = given.parts.flatMap((part) => {
          if (part.kind === "other") return [part.type];
          return part.kind === "text" && part.annotations?.some(({ url }) => url === null) ? ["citation"] : [];
        });
        expect([...lost]).toEqual(expect.arrayContaining(missing));
        const cut = given.finish === "length" || given.finish === "content_filter";
        expect(choice?.finish).toBe(
          cut ? given.finish : given.parts.some(({ kind }) => kind === "tool-call") ? "tool_calls" : "stop",
        );
      }),
    );
  });

  test("B9 and what the client sends back gives every state to its part again", () => {
    fc.assert(
      fc.property(answers, (response) => {
        const { body } = ingress.renderResponse(response, { usage: response.usage!, note: NOTE });
        const request = parseRequest({ model: "m", input: body["output"] });
        const given = response.choices[0]!.parts;
        expect(request.messages.flatMap(({ parts }) => states(parts))).toEqual(states(given));
      }),
    );
  });

  test("B7 as a stream it conforms, and ends with the response that it would be as a whole", () => {
    fc.assert(
      fc.property(answers, (response) => {
        const options = { usage: response.usage!, note: NOTE };
        const events = eventsOf(ingress.renderAsStream(response, { ...options, includeUsage: true }));
        expectConforms(events);
        expect(events.at(-1)?.["response"]).toEqual(ingress.renderResponse(response, options).body);
      }),
      { numRuns: 60 },
    );
  });

  test("the vendor's SDK reads the same of both", async () => {
    await fc.assert(
      fc.asyncProperty(answers, async (response) => {
        const options = { usage: response.usage!, note: NOTE };
        const { body } = ingress.renderResponse(response, options);
        const whole = await readWithSdk(JSON.stringify(body), false);
        const parts = response.choices[0]!.parts;
        const text = parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
        expect(whole.output_text).toBe(text);
        const streamed = await readWithSdk(ingress.renderAsStream(response, { ...options, includeUsage: true }), true);
        expect(streamed.output_text).toBe(text);
        expect(streamed.output).toMatchObject(body["output"] as object[]);
        expect(streamed.usage).toEqual(body["usage"]);
        const kept = await readWithSdk(
          ingress.renderAsStream(parseResponse(body, READING), { ...options, includeUsage: true }),
          true,
        );
        expect(kept.output).toMatchObject(body["output"] as object[]);
      }),
      { numRuns: 40 },
    );
  });

  test("under the id that it is given, its items too, whole and streamed; one of this form keeps its own", () => {
    const head = { source: { dialect: "openai-chat", body: {} }, id: "chatcmpl-7", createdAtS: 1, model: "m" } as const;
    const choices = [{ index: 0, parts: [{ kind: "text", text: "Hi" }], finish: "stop" }] as const;
    const answer: NeutralResponse = { ...head, choices, usage: ESTIMATED, outputChars: 2 };
    const options = { usage: ESTIMATED, note: NOTE, includeUsage: true, answerId: "resp_0199" };
    const { body } = ingress.renderResponse(answer, options);
    expect(body).toMatchObject({ id: "resp_0199", output: [{ id: "msg_resp0199_0" }] });
    const events = eventsOf(ingress.renderAsStream(answer, options));
    expect(events.at(-1)?.["response"]).toEqual(body);
    const own = parseResponse({ ...body, id: "resp_own" }, READING);
    expect(ingress.renderResponse(own, options).body["id"]).toBe("resp_own");
  });

  test("a text that is cited before it comes is cited whole", () => {
    const annotation = { kind: "url", url: "https://a.example/", title: "A", citedText: null, start: null, end: null };
    const cited = { kind: "annotation", annotation: { ...annotation, form: "anthropic-messages", body: {} } };
    const head = { source: { dialect: "anthropic-messages", body: {} }, id: "a1", createdAtS: 1, model: "m" } as const;
    const said: readonly Partial<NeutralDelta>[] = [
      { text: "So: ", extras: [{ kind: "new-part" }] },
      { extras: [{ kind: "new-part" }, cited as DeltaExtra] },
      { text: "a fa" },
      { text: "ct" },
      { finish: "stop" },
    ];
    const chunks = said.map((each, at) => {
      return { ...head, deltas: [{ ...BLANK_DELTA, choice: 0, first: at === 0, ...each }] };
    });
    const { events } = write(chunks, { usage: null, usageSource: null, end: { kind: "done" } });
    expectConforms(events);
    expect(events.find(({ type }) => type === "response.output_text.annotation.added")).toMatchObject({
      content_index: 1,
      annotation: { start_index: 0, end_index: 6 },
    });
  });

  test("and a state of its writer can be gone on from twice", () => {
    fc.assert(
      fc.property(answers, (response) => {
        let state = ingress.startWriting({ includeUsage: true });
        for (const chunk of chunksOfResponse(response)) {
          const [, frames] = ingress.writeChunk(state, chunk);
          const [next, again] = ingress.writeChunk(state, chunk);
          expect(again).toBe(frames);
          state = next;
        }
        const tail = { usage: response.usage!, note: NOTE, usageSource: null, usageForm: "cohere-v2" } as const;
        expect(ingress.writeTail(state, tail)).toBe(ingress.writeTail(state, tail));
      }),
      { numRuns: 40 },
    );
  });

  test("what is kept of a stream is what would have been kept of the whole", () => {
    fc.assert(
      fc.property(answers, (response) => {
        const { usage } = response;
        const done = { usage, usageSource: null, end: { kind: "done" } } as const;
        expect(write(chunksOfResponse(response), done).collected).toEqual(ingress.keptOf(response, usage!));
      }),
      { numRuns: 40 },
    );
  });
});
