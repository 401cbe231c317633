import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { NeutralChoice, NeutralResponse } from "../neutral/response.ts";
import { parseError } from "./error.ts";
import { parseResponse } from "./parse-response.ts";
import facts from "./recordings.facts.json" with { type: "json" };
import { DEFAULTS, jsonArray, runStream, sse } from "./stream.test-kit.ts";

// Answers that the real provider sent. They are no part of this repository: RECORDINGS_DIR names a folder that holds
// `gemini-generate-content/*`. What they say was read by hand and stands in recordings.facts.json.
const root = process.env["RECORDINGS_DIR"];
const folder = root === undefined ? null : join(root, "gemini-generate-content");
const read = (name: string): string => readFileSync(join(folder ?? "", name), "utf8");
const known = Object.entries(facts);

function told({ parts, finish }: NeutralChoice, usage: NeutralResponse["usage"]): object {
  return {
    text: parts.map((part) => (part.kind === "text" ? part.text : "")).join(""),
    calls: parts.flatMap((part) =>
      part.kind === "tool-call" ? [{ name: part.name, arguments: JSON.parse(part.arguments) as unknown }] : [],
    ),
    signatures: parts.flatMap((part) =>
      "state" in part && part.state !== undefined ? [`${part.kind}:${part.state.value.slice(0, 8)}`] : [],
    ),
    finish,
    usage: {
      inputTokens: usage?.inputTokens,
      cachedInputTokens: usage?.cachedInputTokens,
      outputTokens: usage?.outputTokens,
      reasoningTokens: usage?.reasoningTokens,
    },
  };
}

describe.skipIf(folder === null)("recorded answers (skipped: RECORDINGS_DIR is not set)", () => {
  test("those with facts are there", () => {
    expect(readdirSync(folder ?? "")).toEqual(expect.arrayContaining(known.map(([name]) => name)));
  });

  test.each(known.filter(([name]) => name.endsWith(".json")))("the answer %s", (name, expected) => {
    const { choices, usage } = parseResponse(JSON.parse(read(name)), {
      provider: "x",
      secrets: [],
      defaults: DEFAULTS,
    });
    expect(told(choices[0]!, usage)).toEqual(expected);
  });

  test.each(known.filter(([name]) => name.endsWith(".txt")))("the stream %s, in both framings", (name, expected) => {
    const events = read(name)
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => JSON.parse(line) as object);
    for (const run of [runStream([sse(...events)]), runStream([jsonArray(...events)], { sse: false })]) {
      expect(run.progress.end.kind).toBe("done");
      expect(told(run.response!.choices[0]!, run.progress.usage)).toEqual(expected);
      expect(run.events.slice(0, -1)).toEqual(events.slice(0, -1));
      expect(run.events.at(-1)).toMatchObject(events.at(-1)!);
      const kept = parseResponse(run.collected, { provider: "x", secrets: [], defaults: DEFAULTS });
      expect(told(kept.choices[0]!, kept.usage)).toEqual(expected);
    }
  });

  test("the refusal for a quota says when to try again", () => {
    const bodyText = read("google-429-retry-info.json");
    const failure = { status: 429, header: () => undefined, bodyText, provider: "x", nowMs: 0, secrets: [] };
    expect(parseError(failure)).toMatchObject({
      code: "upstream-rate-limited",
      details: { retryAfterMs: 34_400, upstreamCode: "RESOURCE_EXHAUSTED" },
    });
  });
});
