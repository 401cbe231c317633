import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { EgressCodec } from "../egress-codec.ts";
import { mistralEgress } from "../mistral/egress.ts";
import { ResponseCollector } from "../neutral/collect.ts";
import { reasoningOf, textOf as textOfParts, toolCallsOf } from "../neutral/part.ts";
import type { NeutralResponse } from "../neutral/response.ts";
import { expectConforms } from "./conforms.test-kit.ts";
import { openaiChatEgress } from "./egress.ts";
import { parseResponse } from "./parse-response.ts";
import { RECORDED, type RecordedFact, type TextFact } from "./recorded-facts.test-kit.ts";
import { renderResponse } from "./render-response.ts";
import { callsOf, runStream, sse, textOf } from "./stream.test-kit.ts";

// Answers that real providers sent. They are no part of this repository: RECORDINGS_DIR names a folder that holds `openai-chat/*`.
const root = process.env["RECORDINGS_DIR"];
const folder = root === undefined ? null : join(root, "openai-chat");
const names = folder === null ? [] : readdirSync(folder);
const read = (name: string): string => readFileSync(join(folder ?? "", name), "utf8");

// Of others nothing is known but that they must decode.
const known = names.filter((name) => Object.hasOwn(RECORDED, name));
const streams = known.filter((name) => name.endsWith(".chunks.txt"));
const bodies = known.filter((name) => name.endsWith(".json"));

describe.skipIf(folder === null)("recorded answers (skipped: RECORDINGS_DIR is not set)", () => {
  test("there are some to read", () => {
    expect([streams.length > 0, bodies.length > 0]).toEqual([true, true]);
  });

  test("there are some whose content is known", () => expect(known).toHaveLength(Object.keys(RECORDED).length));

  test.each(known)("%s says what it says", (name) => {
    const fact = RECORDED[name]!;
    const codecs = name.startsWith("mistral-") ? [openaiChatEgress, mistralEgress] : [openaiChatEgress];
    for (const codec of codecs) expect(factOf(readWith(codec, name), fact)).toEqual(fact);
  });

  test.each(streams)("the stream %s conforms and loses nothing", (name) => {
    const events = read(name)
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => JSON.parse(line) as { choices?: { delta?: { content?: string | null } }[] });
    for (const includeUsage of [true, false]) {
      const run = runStream([sse(...events)], { includeUsage });
      // Some recordings were cut by hand and have no finish reason at all.
      const hasFinish = /"finish_reason":\s*"/.test(read(name));
      expect(run.progress.end.kind).toBe(hasFinish ? "done" : "truncated");
      if (!hasFinish) continue;
      expectConforms(run, { includeUsage });
      expect(textOf(run)).toBe(events.map((event) => event.choices?.[0]?.delta?.content ?? "").join(""));
      expect(run.progress.usage?.source).toBe("reported");
      for (const call of callsOf(run)) expect(() => JSON.parse(call.arguments) as unknown).not.toThrow();
      expect(run.collected === null || typeof run.collected === "object").toBe(true);
    }
  });

  test.each(bodies)("the answer %s has every required field and keeps its own", (name) => {
    const body = JSON.parse(read(name)) as Record<string, unknown>;
    const options = { provider: "x", secrets: [], defaults: { id: "f", createdAtS: 0, model: "f" } };
    const response = parseResponse(body, options);
    expect(response.usage?.inputTokens).toBeGreaterThan(0);
    expect(response.outputChars).toBeGreaterThan(0);
    const note = { decisionId: "d", costPicoUsd: "1", endpoint: "x/y" };
    const rendered = renderResponse(response, { usage: response.usage!, note }).body;
    expect(rendered).toMatchObject({ id: body["id"], model: body["model"], object: "chat.completion" });
    expect(Object.keys(rendered)).toEqual(expect.arrayContaining(Object.keys(body)));
    for (const choice of rendered["choices"] as object[]) {
      expect(choice).toMatchObject({ message: { role: "assistant" } });
      for (const field of ["index", "logprobs", "finish_reason"]) expect(choice).toHaveProperty(field);
    }
  });
});

/** A recording, whole or streamed, as the answer that a codec reads from it. */
function readWith(codec: EgressCodec, name: string): NeutralResponse {
  const options = { provider: "x", secrets: [], defaults: { id: "f", createdAtS: 0, model: "f" } };
  if (name.endsWith(".json")) return codec.parseResponse(JSON.parse(read(name)), options);
  const collector = new ResponseCollector();
  let state = codec.startReading({ ...options, choices: 1 });
  for (const data of read(name).split("\n")) {
    if (data.trim() === "") continue;
    const [next, chunks] = codec.readEvent(state, { event: "", data });
    state = next;
    for (const chunk of chunks) collector.add(chunk);
  }
  return collector.response(codec.readEnd(state).progress.usage)!;
}

/** An answer in the terms that a fact has. */
function factOf(response: NeutralResponse, like: RecordedFact): object {
  const [choice] = response.choices;
  const parts = choice?.parts ?? [];
  const reasoning = reasoningOf(parts);
  const calls = toolCallsOf(parts).map((call) => [call.id, call.name, call.arguments]);
  const { usage } = response;
  return {
    id: response.id,
    finish: choice?.finish,
    text: textLike(textOfParts(parts) ?? "", like.text),
    ...(reasoning === null ? {} : { reasoning: textLike(reasoning, like.reasoning) }),
    ...(calls.length === 0 ? {} : { calls }),
    tokens: [usage?.inputTokens, usage?.cachedInputTokens, usage?.outputTokens, usage?.reasoningTokens],
  };
}

function textLike(text: string, like: TextFact | undefined): TextFact {
  if (typeof like !== "object") return text;
  const { begins, ends } = like;
  return { begins: text.slice(0, begins.length), ends: text.slice(text.length - ends.length), chars: text.length };
}
