import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderFor } from "../codecs.ts";
import { arbitraryResponse } from "../neutral/arbitrary.test-kit.ts";
import type { NeutralMessage } from "../neutral/message.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { BLANK_DELTA, type DeltaExtra, type NeutralDelta } from "../neutral/stream-event.ts";
import { expectConforms } from "./conforms.test-kit.ts";
import { unread } from "./known-fields.ts";
import { parseRequest } from "./parse-request.ts";
import { parseResponse } from "./parse-response.ts";
import { renderAsStream } from "./render-as-stream.ts";
import { renderResponse } from "./render-response.ts";
import { startWriting, writeChunk } from "./render-stream.ts";
import { chunksOf, runStream } from "./stream.test-kit.ts";

const base = parseRequest({ model: "auto", messages: [{ role: "user", content: "Hello" }] });
const foreign = (change: Partial<NeutralRequest>): NeutralRequest => {
  return { ...base, source: { dialect: "anthropic-messages", body: {} }, ...change };
};
const render = (change: Partial<NeutralRequest>): ReturnType<typeof renderFor> => {
  return renderFor("openai-chat", foreign(change), { model: "m-1", maxOutputTokens: null });
};
const options = { provider: "acme", secrets: [], defaults: { id: "x", createdAtS: 7, model: "m" } };
const note = { decisionId: "d", costPicoUsd: "1", endpoint: "acme/m" };

describe("B8 a request of another dialect becomes one of this", () => {
  test("with everything that this one can say", () => {
    const { body, losses } = render({
      messages: [
        { role: "system", parts: [{ kind: "text", text: "Be brief." }] },
        {
          role: "user",
          parts: [
            { kind: "text", text: "What is this?" },
            { kind: "image", source: { kind: "base64", mime: "image/png", data: "AAAA" }, detail: null },
            { kind: "audio", source: { kind: "base64", mime: "audio/mpeg", data: "BBBB" } },
            { kind: "file", source: { kind: "base64", mime: "application/pdf", data: "CCCC" }, name: "a.pdf" },
          ],
        },
        {
          role: "assistant",
          parts: [
            { kind: "text", text: "I look." },
            { kind: "tool-call", id: "c1", name: "look", arguments: "{}" },
            { kind: "tool-call", id: "c2", name: "look", arguments: "{}" },
          ],
        },
        { role: "tool", callId: "c1", parts: [{ kind: "text", text: "dark" }] },
        { role: "tool", callId: "c2", parts: [] },
      ],
      tools: [{ kind: "function", name: "look", description: "Looks.", parameters: { type: "object" }, strict: true }],
      toolChoice: { kind: "tool", name: "look" },
      parallelTools: false,
      stream: true,
      maxOutputTokens: 9,
      temperature: 0,
      sampling: { ...base.sampling, topP: 0.5, stop: ["END"] },
      user: "u",
    });
    expect(losses).toEqual([]);
    expect(body).toEqual({
      model: "m-1",
      messages: [
        { role: "system", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
            { type: "input_audio", input_audio: { data: "BBBB", format: "mp3" } },
            { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,CCCC" } },
          ],
        },
        {
          role: "assistant",
          content: "I look.",
          tool_calls: [
            { id: "c1", type: "function", function: { name: "look", arguments: "{}" } },
            { id: "c2", type: "function", function: { name: "look", arguments: "{}" } },
          ],
        },
        { role: "tool", tool_call_id: "c1", content: "dark" },
        { role: "tool", tool_call_id: "c2", content: "" },
      ],
      tools: [
        {
          type: "function",
          function: { name: "look", description: "Looks.", parameters: { type: "object" }, strict: true },
        },
      ],
      tool_choice: { type: "function", function: { name: "look" } },
      parallel_tool_calls: false,
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 9,
      temperature: 0,
      top_p: 0.5,
      stop: ["END"],
      user: "u",
    });
  });

  test.each<[string, string, string, NeutralMessage["parts"][number]]>([
    ["messages[0].parts[0].cache", "cache-mark", "no-equivalent", { kind: "text", text: "a", cache: { ttl: "1h" } }],
    ["messages[0].parts[0]", "web_search", "foreign", { kind: "other", type: "web_search", form: "gemini", body: {} }],
    [
      "messages[0].parts[0]",
      "image",
      "foreign",
      { kind: "image", source: { kind: "file-id", id: "f", form: "anthropic-messages" }, detail: null },
    ],
  ])("%s: a %s is named as lost, because of %s", (...[path, what, why, part]) => {
    expect(render({ messages: [{ role: "user", parts: [part] }] }).losses).toEqual([{ path, what, why }]);
  });

  test("B9 signed reasoning is dropped and named, never sent where nobody can read it", () => {
    const state = { wire: "anthropic-messages", kind: "signature", value: "SIGNED" } as const;
    const { body, losses } = render({
      messages: [
        {
          role: "assistant",
          parts: [
            { kind: "reasoning", text: "Hm", state },
            { kind: "text", text: "Hi" },
          ],
        },
      ],
    });
    expect(JSON.stringify(body)).not.toMatch(/SIGNED|Hm/);
    expect(losses.map(({ what }) => what)).toEqual(["reasoning-signature", "reasoning"]);
  });

  test("a picture in a tool's result follows the results as the user's", () => {
    const image = { kind: "image", source: { kind: "url", url: "https://example.org/a.png" }, detail: null } as const;
    const { body, losses } = render({
      messages: [
        { role: "tool", callId: "c1", parts: [{ kind: "text", text: "see" }, image], isError: true },
        { role: "tool", callId: "c2", parts: [{ kind: "text", text: "ok" }] },
        { role: "user", parts: [{ kind: "text", text: "And?" }] },
      ],
    });
    const messages = body["messages"] as { role: string; content: unknown }[];
    expect(messages.map(({ role }) => role)).toEqual(["tool", "tool", "user", "user"]);
    expect(messages[2]?.content).toEqual([
      { type: "text", text: "The result of c1:" },
      { type: "image_url", image_url: { url: "https://example.org/a.png" } },
    ]);
    expect(losses.map(({ what }) => what)).toEqual(["tool-error", "tool-result-media"]);
  });
});

describe("B8 an answer of another wire becomes one of this", () => {
  test("and its reading is what was said, but for what the losses name", () => {
    fc.assert(
      fc.property(arbitraryResponse, (response) => {
        const { body, losses } = renderResponse(response, { usage: response.usage!, note });
        const read = parseResponse(body, options);
        const lost = new Set(losses.map(({ what }) => what));
        for (const [index, choice] of response.choices.entries()) {
          const seen = read.choices[index]!;
          expect(seen.finish).toBe(choice.finish);
          const states = (parts: typeof seen.parts): string[] =>
            parts.flatMap((part) => (part.kind === "reasoning" && part.state ? [part.state.value] : []));
          expect(states(seen.parts)).toEqual(states(choice.parts));
          for (const kind of ["text", "tool-call"] as const) {
            const said = (parts: typeof seen.parts): string =>
              parts.map((part) => (part.kind === kind ? ("text" in part ? part.text : part.arguments) : "")).join("");
            expect(said(seen.parts)).toBe(said(choice.parts));
          }
          const others = choice.parts.flatMap((part) => (part.kind === "other" ? [part.type] : []));
          expect([...lost]).toEqual(expect.arrayContaining(others));
        }
      }),
    );
  });

  test("B7 as a stream it conforms", () => {
    fc.assert(
      fc.property(arbitraryResponse, fc.boolean(), (response, includeUsage) => {
        const text = renderAsStream(response, { usage: response.usage!, note, includeUsage });
        const run = runStream([new TextEncoder().encode(text)], { includeUsage, choices: response.choices.length });
        expect(run.progress.end.kind).toBe("done");
        const kinds = response.choices.flatMap(({ parts }) => parts).map((part) => "custom" in part);
        if (!kinds.includes(true)) expectConforms({ ...run, chunks: chunksOf(text), text }, { includeUsage });
      }),
      { numRuns: 50 },
    );
  });
});

test("B8 fields that this format does not define are named as lost on the way to another", () => {
  const request = parseRequest({
    model: "m",
    messages: [{ role: "user", content: [{ type: "text", text: "a", mood: "gay" }], colour: "red" }],
    tools: [{ type: "web_search", web_search: {} }],
    prediction: { type: "content", content: "x" },
    thinking: { type: "enabled" },
    stop: null,
  });
  expect(unread(request)).toEqual([
    { path: "messages[0].content[0].mood", what: "field", why: "unknown-field" },
    { path: "messages[0].colour", what: "field", why: "unknown-field" },
    { path: "prediction", what: "prediction", why: "no-equivalent" },
    { path: "thinking", what: "field", why: "unknown-field" },
  ]);
});

test("B8 a refusal that was streamed is not said again as the explanation of the end", () => {
  const stop = { reason: "SAFETY", sequence: null, category: "SAFETY", explanation: "No." };
  const choices = [{ index: 0, parts: [{ kind: "refusal", text: "No." }], finish: "content_filter", stop }] as const;
  const head = { source: { dialect: "gemini", body: {} }, id: "a1", createdAtS: 1, model: "m" } as const;
  const usage = { inputTokens: 1, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 1, reasoningTokens: 0 };
  const response = { ...head, choices, usage: { ...usage, source: "reported" }, outputChars: 3 } as const;
  const text = renderAsStream(response, { usage: response.usage, note, includeUsage: false });
  const said = chunksOf(text).map(({ choices: [choice] }) => choice?.delta.refusal ?? "");
  expect(said.join("")).toBe("No.");
});

test("B8 a text that is cited before it comes is cited whole, and an image's signature is named as lost", () => {
  const annotation = { kind: "url", url: "https://a.example/", title: "A", citedText: null, start: null, end: null };
  const cited = { kind: "annotation", annotation: { ...annotation, form: "anthropic-messages", body: {} } } as const;
  const source = { kind: "base64", mime: "image/png", data: "AAAA" } as const;
  const state = { wire: "gemini", kind: "signature", value: "S" } as const;
  const image = { kind: "media", part: { kind: "image", source, detail: null, state } } as const;
  const head = { source: { dialect: "anthropic-messages", body: {} }, id: "a1", createdAtS: 1, model: "m" } as const;
  const blank = { ...BLANK_DELTA, choice: 0, first: false };
  const part = { kind: "new-part" } as const;
  const deltas: readonly NeutralDelta[] = [
    { ...blank, first: true, text: "So: ", extras: [part] },
    { ...blank, extras: [part, cited as DeltaExtra] },
    { ...blank, text: "a fa" },
    { ...blank, text: "ct" },
    { ...blank, text: ".", extras: [part, image] },
    { ...blank, finish: "stop" },
  ];
  let writing = startWriting({ includeUsage: false });
  let text = "";
  for (const delta of deltas) {
    const [next, frame] = writeChunk(writing, { ...head, deltas: [delta] });
    writing = next;
    text += frame;
  }
  const told = chunksOf(text).flatMap(
    ({ choices: [choice] }) => (choice?.delta as JsonObject | undefined)?.["annotations"] ?? [],
  );
  expect(told).toMatchObject([{ url_citation: { start_index: 4, end_index: 10 } }]);
  expect(writing.losses.map(({ what }) => what)).toEqual(["image-signature"]);
});
