import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { reasoningOf, textOf, toolCallsOf } from "../neutral/part.ts";
import type { NeutralChoice, NeutralResponse } from "../neutral/response.ts";
import { parseResponse } from "./parse-response.ts";
import facts from "./recordings.facts.json" with { type: "json" };
import { DEFAULTS, runStream, stream } from "./stream.test-kit.ts";

// Answers that the real service sent. They are no part of this repository: RECORDINGS_DIR names a folder that holds
// `bedrock-converse/*`. What they say was read by hand and stands in recordings.facts.json.
const root = process.env["RECORDINGS_DIR"];
const folder = root === undefined ? null : join(root, "bedrock-converse");
const read = (name: string): string => readFileSync(join(folder ?? "", name), "utf8");
const known = Object.entries(facts);

function told({ parts, finish }: NeutralChoice, usage: NeutralResponse["usage"]): object {
  return {
    text: textOf(parts) ?? "",
    reasoning: reasoningOf(parts) ?? "",
    calls: toolCallsOf(parts).map(({ id, name, arguments: text }) => ({
      id,
      name,
      arguments: JSON.parse(text) as unknown,
    })),
    signatures: parts.flatMap((part) =>
      part.kind === "reasoning" && part.state !== undefined ? [part.state.value.slice(0, 8)] : [],
    ),
    finish,
    usage: {
      inputTokens: usage?.inputTokens,
      cachedInputTokens: usage?.cachedInputTokens,
      outputTokens: usage?.outputTokens,
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

  // The recordings are decoded events: they are put into the binary format again.
  test.each(known.filter(([name]) => name.endsWith(".txt")))("the stream %s", (name, expected) => {
    const events = read(name)
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => JSON.parse(line) as object);
    const { progress, response } = runStream([stream(...events)]);
    expect(progress.end.kind).toBe("done");
    expect(told(response!.choices[0]!, progress.usage)).toEqual(expected);
  });
});
