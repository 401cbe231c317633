import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryResponse } from "../neutral/arbitrary.test-kit.ts";
import type { NeutralAnnotation, NeutralPart } from "../neutral/part.ts";
import type { NeutralResponse } from "../neutral/response.ts";
import { expectConforms } from "./conforms.test-kit.ts";
import { parseResponse } from "./parse-response.ts";
import { renderAsStream } from "./render-as-stream.ts";
import { renderResponse } from "./render-response.ts";
import { ESTIMATED, eventsOf, NOTE, OPTIONS, runStream } from "./stream.test-kit.ts";

/** What is left of an answer in this form: all of it, but for what the losses name. */
function expected({ choices: [choice] }: NeutralResponse): unknown[] {
  return choice!.parts.flatMap((part) => expectedPart(part) ?? []);
}

/** An answer with calls ends with them here. */
function expectedFinish({ choices: [choice] }: NeutralResponse): string {
  const { parts, finish } = choice!;
  return finish === "stop" && parts.some(({ kind }) => kind === "tool-call") ? "tool_calls" : finish;
}

function expectedPart(part: NeutralPart): unknown {
  switch (part.kind) {
    case "text": {
      const cited = (part.annotations ?? []).filter(({ url }) => url !== null).map(expectedCitation);
      const { annotations: _, ...rest } = part;
      return { ...rest, ...(cited.length === 0 ? {} : { annotations: cited }) };
    }
    case "tool-call": {
      const { custom: _, ...rest } = part;
      return { ...rest, arguments: expect.any(String) as string };
    }
    case "reasoning":
      return part;
    case "refusal":
      return { kind: "text", text: part.text };
    default:
      return null;
  }
}

function expectedCitation({ url, title, citedText }: NeutralAnnotation): object {
  return { url, title, citedText: citedText ?? "" };
}

function withoutPlaces(parts: readonly NeutralPart[]): unknown[] {
  return parts.map((part) => {
    if (part.kind !== "text" || part.annotations === undefined) return part;
    const annotations = part.annotations.map(({ url, title, citedText }) => ({ url, title, citedText }));
    return { ...part, annotations };
  });
}

function callsOf(parts: readonly NeutralPart[]): unknown[] {
  return parts.flatMap((part) => {
    if (part.kind !== "tool-call") return [];
    const parsed = part.custom === true ? undefined : (JSON.parse(part.arguments) as unknown);
    const isInput = typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
    return [isInput ? parsed : { input: part.arguments }];
  });
}

describe("B8 an answer of another wire becomes one of this", () => {
  test("and its reading is what was said, but for what the losses name", () => {
    fc.assert(
      fc.property(arbitraryResponse, (response) => {
        const { body, losses } = renderResponse(response, { usage: response.usage!, note: NOTE });
        const read = parseResponse(body, OPTIONS).choices[0]!;
        expect(withoutPlaces(read.parts)).toEqual(expected(response));
        expect(read.finish).toBe(expectedFinish(response));
        expect(read.parts.flatMap((part) => (part.kind === "tool-call" ? [JSON.parse(part.arguments)] : []))).toEqual(
          callsOf(response.choices[0]!.parts),
        );
        expectNamed(
          response,
          losses.map(({ what }) => what),
        );
      }),
    );
  });

  test("and so does its stream, which conforms", () => {
    fc.assert(
      fc.property(arbitraryResponse, (response) => {
        const text = renderAsStream(response, { usage: response.usage!, note: NOTE, includeUsage: true });
        expectConforms(eventsOf(text));
        const run = runStream([new TextEncoder().encode(text)]);
        expect(run.progress.end.kind).toBe("done");
        expect(run.progress.finish).toBe(expectedFinish(response));
        expect(withoutPlaces(run.response!.choices[0]!.parts)).toEqual(expected(response));
        expect(run.progress.usage).toEqual(response.usage);
      }),
    );
  });
});

/** Every kind of thing that this form cannot say is named. */
function expectNamed({ choices }: NeutralResponse, lost: readonly string[]): void {
  const kinds = choices[0]!.parts.flatMap((part) => {
    if (part.kind === "other") return [part.type];
    return part.kind === "image" ? ["image"] : [];
  });
  expect(lost).toEqual(expect.arrayContaining([...kinds, ...(choices.length > 1 ? ["choice"] : [])]));
}

test("B9 state of another wire travels through a caller of this dialect and comes back as it was", () => {
  const state = { wire: "gemini", kind: "signature", value: "U0lHTkVE" } as const;
  const parts: NeutralPart[] = [
    { kind: "reasoning", text: "Hm", state },
    { kind: "tool-call", id: "a", name: "f", arguments: "{}", state },
    { kind: "tool-call", id: "b", name: "f", arguments: "{}" },
    { kind: "text", text: "Done.", state },
  ];
  const response = {
    source: { dialect: "gemini", body: {} },
    ...OPTIONS.defaults,
    choices: [{ index: 0, parts, finish: "tool_calls" }],
    usage: null,
    outputChars: 0,
  } as const;
  const { body, losses } = renderResponse(response, { usage: ESTIMATED, note: NOTE });
  expect(losses).toEqual([]);
  expect(JSON.stringify(body)).not.toContain("U0lHTkVE");
  expect(parseResponse(body, OPTIONS).choices[0]!.parts).toEqual(parts);
});

test("B8 text without citations says nothing of them, whole and streamed: a null is what the Vercel AI SDK cannot read", () => {
  const head = { source: { dialect: "openai-chat", body: {} }, id: "c", createdAtS: 1, model: "m" } as const;
  const parts = [{ kind: "text", text: "Hi" }] as const;
  const response: NeutralResponse = {
    ...head,
    choices: [{ index: 0, parts, finish: "stop" }],
    usage: ESTIMATED,
    outputChars: 2,
  };
  const options = { usage: ESTIMATED, note: NOTE, includeUsage: true };
  expect(renderResponse(response, options).body["content"]).toEqual([{ type: "text", text: "Hi" }]);
  const start = eventsOf(renderAsStream(response, options)).find(({ type }) => type === "content_block_start");
  expect(start?.["content_block"]).toEqual({ type: "text", text: "" });
});

test("B8 an answer with calls that its host ends as if it had none ends with them, whole and streamed", () => {
  const call = { kind: "tool-call", id: "call_1", name: "f", arguments: "{}" } as const;
  const head = { source: { dialect: "openai-chat", body: {} }, id: "a1", createdAtS: 1, model: "m" } as const;
  const choices = [{ index: 0, parts: [call], finish: "stop" }] as const;
  const response: NeutralResponse = { ...head, choices, usage: ESTIMATED, outputChars: 3 };
  const options = { usage: ESTIMATED, note: NOTE, includeUsage: true };
  expect(renderResponse(response, options).body["stop_reason"]).toBe("tool_use");
  const events = eventsOf(renderAsStream(response, options));
  expect(events.find(({ type }) => type === "message_delta")).toMatchObject({ delta: { stop_reason: "tool_use" } });
});

test("B8 an answer of another form gets the id that it is given, whole and streamed, and one of this form keeps its own", () => {
  const head = { source: { dialect: "openai-chat", body: {} }, id: "chatcmpl-7", createdAtS: 1, model: "m" } as const;
  const choices = [{ index: 0, parts: [{ kind: "text", text: "Hi" }], finish: "stop" }] as const;
  const response: NeutralResponse = { ...head, choices, usage: ESTIMATED, outputChars: 2 };
  const options = { usage: ESTIMATED, note: NOTE, includeUsage: true, answerId: "msg_0199" };
  const { body } = renderResponse(response, options);
  expect(body["id"]).toBe("msg_0199");
  expect(eventsOf(renderAsStream(response, options))[0]).toMatchObject({ message: { id: "msg_0199" } });
  const own = parseResponse({ ...body, id: "msg_own" }, OPTIONS);
  expect(renderResponse(own, options).body["id"]).toBe("msg_own");
  expect(eventsOf(renderAsStream(own, options))[0]).toMatchObject({ message: { id: "msg_own" } });
});
