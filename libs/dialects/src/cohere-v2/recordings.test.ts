import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { NeutralResponse } from "../neutral/response.ts";
import { parseResponse } from "./parse-response.ts";
import { OPTIONS, runStream, sse } from "./stream.test-kit.ts";

// Answers that Cohere sent. They are no part of this repository: RECORDINGS_DIR names a folder that holds `cohere-chat-v2/*`.
const root = process.env["RECORDINGS_DIR"];
const read = (name: string): string => readFileSync(join(root ?? "", "cohere-chat-v2", name), "utf8");

/** What the recordings say, read by eye. */
const TEXT = {
  parts: [{ kind: "text", text: "The capital of France is Paris." }],
  finish: "stop",
  usage: { inputTokens: 507, cachedInputTokens: 448, outputTokens: 10 },
};
const EXPECTED: readonly [name: string, id: string, expected: object][] = [
  ["cohere-text.json", "e7592632-1e3d-424f-b129-bd5f9f980f7b", TEXT],
  ["cohere-text.chunks.txt", "321d178c-2c12-44d3-ae42-2f5510f6b1cc", TEXT],
  [
    "cohere-tool-call.json",
    "f201af17-e24a-4396-8f6a-98e8bf9c3432",
    {
      parts: [
        {
          kind: "reasoning",
          text: "I will use the weather tool to find out the weather in San Francisco. I will also use the cityAttractions tool to find out what attractions are in San Francisco.",
        },
        { kind: "tool-call", id: "weather_dqgshstja6p9", name: "weather", arguments: '{"location":"San Francisco"}' },
        {
          kind: "tool-call",
          id: "cityAttractions_dcxfx4myvx68",
          name: "cityAttractions",
          arguments: '{"city":"San Francisco"}',
        },
      ],
      finish: "tool_calls",
      usage: { inputTokens: 1549, cachedInputTokens: 992, outputTokens: 103 },
    },
  ],
  [
    "cohere-tool-call.chunks.txt",
    "2941521a-b87a-45f6-9b0d-235fd66c3025",
    {
      parts: [
        {
          kind: "reasoning",
          text: "I will use the weather tool to find the weather in San Francisco and the cityAttractions tool to find attractions in San Francisco.",
        },
        { kind: "tool-call", id: "weather_e8p4pn45zt0t", name: "weather", arguments: '{"location": "San Francisco"}' },
        {
          kind: "tool-call",
          id: "cityAttractions_pyxssbwnq9fq",
          name: "cityAttractions",
          arguments: '{"city": "San Francisco"}',
        },
      ],
      finish: "tool_calls",
      usage: { inputTokens: 1549, cachedInputTokens: 1504, outputTokens: 95 },
    },
  ],
];

describe.skipIf(root === undefined)("recorded answers of Cohere (skipped: RECORDINGS_DIR is not set)", () => {
  test.each(EXPECTED)("%s says what it says", (name, id, expected) => {
    const response = name.endsWith(".json") ? parseResponse(JSON.parse(read(name)), OPTIONS) : streamed(name);
    const [choice] = response.choices;
    expect(response.id).toBe(id);
    expect({ parts: choice?.parts, finish: choice?.finish, usage: response.usage }).toEqual({
      ...expected,
      usage: expect.objectContaining((expected as { usage: object }).usage),
    });
  });
});

function streamed(name: string): NeutralResponse {
  const lines = read(name)
    .split("\n")
    .filter((line) => line.trim() !== "");
  const run = runStream([sse(...lines.map((line) => JSON.parse(line) as object))]);
  expect(run.progress.end.kind).toBe("done");
  return run.response!;
}
