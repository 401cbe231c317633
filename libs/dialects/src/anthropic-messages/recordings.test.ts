import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { NeutralPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { expectConforms } from "./conforms.test-kit.ts";
import { parseResponse } from "./parse-response.ts";
import { OPTIONS, runStream, sse } from "./stream.test-kit.ts";

// Answers that Anthropic sent. They are no part of this repository: RECORDINGS_DIR names a folder that holds `anthropic-messages/*`.
const root = process.env["RECORDINGS_DIR"];
const read = (name: string): string => readFileSync(join(root ?? "", "anthropic-messages", name), "utf8");

type Facts = {
  readonly text: string;
  readonly calls: readonly (readonly [id: string, name: string, input: unknown])[];
  readonly reasoning: string;
  /** The first characters of the signature, and its length. */
  readonly signature?: readonly [start: string, chars: number];
  readonly finish: string;
  readonly category?: string;
  /** Input, output. */
  readonly usage: readonly [number, number];
};

const NOTHING = { text: "", calls: [], reasoning: "", finish: "stop" } as const;
const CITIES = [
  ["San Francisco", -5, "snowy"],
  ["London", 0, "snowy"],
  ["Paris", 23, "cloudy"],
  ["Berlin", -9, "snowy"],
].map(([location, temperature, condition]) => ({ location, temperature, condition }));

const WHOLE: readonly (readonly [name: string, facts: Facts])[] = [
  [
    "anthropic-clear-thinking.1",
    {
      ...NOTHING,
      text: "925 ÷ 5 = 185",
      reasoning: "925 divided by 5 = 185",
      signature: ["Er4BCkYICxgC", 260],
      usage: [69, 33],
    },
  ],
  [
    "anthropic-json-other-tool.1",
    {
      ...NOTHING,
      calls: [["toolu_01PQjhxo3eirCdKNvCJrKc8f", "weather", { location: "San Francisco" }]],
      finish: "tool_calls",
      usage: [843, 28],
    },
  ],
  [
    "anthropic-json-tool.1",
    {
      ...NOTHING,
      calls: [["toolu_01Q9ExVZnzZj7E2QQYHYtNUa", "json", { elements: CITIES }]],
      finish: "tool_calls",
      usage: [1151, 87],
    },
  ],
  ["anthropic-refusal", { ...NOTHING, finish: "content_filter", category: "cyber", usage: [18, 5] }],
  [
    "anthropic-text",
    {
      ...NOTHING,
      text: "Hello! I'm doing well, thanks for asking. How are you doing today? Is there anything I can help you with?",
      usage: [12, 29],
    },
  ],
];

const STREAMED: readonly (readonly [name: string, facts: Facts])[] = [
  [
    "anthropic-clear-thinking.1",
    {
      ...NOTHING,
      text: "925 ÷ 5 = 185",
      reasoning: "The previous result was 925. Now I need to divide that by 5.\n\n925 ÷ 5 = 185",
      signature: ["EvQBCkYICxgC", 332],
      usage: [69, 53],
    },
  ],
  [
    "anthropic-json-other-tool.1",
    {
      ...NOTHING,
      calls: [["toolu_019Zvehfe1XQWweT1pm7okyt", "weather", { location: "San Francisco" }]],
      finish: "tool_calls",
      usage: [843, 28],
    },
  ],
  [
    "anthropic-json-tool.1",
    {
      ...NOTHING,
      calls: [
        [
          "toolu_01KFbKqPYSuAKujiL6mTfzYA",
          "json",
          { elements: [{ location: "San Francisco", temperature: 58, condition: "sunny" }] },
        ],
      ],
      finish: "tool_calls",
      usage: [849, 47],
    },
  ],
  ["anthropic-refusal", { ...NOTHING, finish: "content_filter", category: "cyber", usage: [18, 5] }],
  [
    "anthropic-text",
    {
      ...NOTHING,
      text: "Hello! I'm doing well, thank you for asking. How are you doing today? Is there anything I can help you with?",
      usage: [12, 30],
    },
  ],
];

function factsOf(from: Pick<ReturnType<typeof parseResponse>, "choices" | "usage">): Facts {
  const { parts, finish, stop } = from.choices[0]!;
  const said = (kind: NeutralPart["kind"]): string =>
    parts.map((part) => (part.kind === kind && "text" in part ? part.text : "")).join("");
  const calls = parts.flatMap((part) =>
    part.kind === "tool-call" ? [[part.id, part.name, JSON.parse(part.arguments)] as const] : [],
  );
  const state = parts.find((part) => part.kind === "reasoning")?.state?.value;
  return {
    text: said("text"),
    calls,
    reasoning: said("reasoning"),
    ...(state === undefined ? {} : { signature: [state.slice(0, 12), state.length] as const }),
    finish,
    ...(typeof stop?.category === "string" ? { category: stop.category } : {}),
    usage: [from.usage!.inputTokens, from.usage!.outputTokens],
  };
}

describe.skipIf(root === undefined)("recorded answers (skipped: RECORDINGS_DIR is not set)", () => {
  test.each(WHOLE)("the answer %s is what it says", (name, facts) => {
    expect(factsOf(parseResponse(JSON.parse(read(`${name}.json`)), OPTIONS))).toEqual(facts);
  });

  test.each(STREAMED)("the stream %s is what it says, and reaches its caller unchanged", (name, facts) => {
    const lines = read(`${name}.chunks.txt`).split("\n");
    const events = lines.filter((line) => line.trim() !== "").map((line) => JSON.parse(line) as JsonObject);
    const run = runStream([sse(...events)]);
    expect(factsOf({ choices: run.response!.choices, usage: run.progress.usage })).toEqual(facts);
    expectConforms(run.events);
    expect(run.events.slice(0, -2)).toEqual(events.slice(0, -2));
    expect(parseResponse(run.collected, OPTIONS).choices[0]!.finish).toBe(facts.finish);
  });
});
