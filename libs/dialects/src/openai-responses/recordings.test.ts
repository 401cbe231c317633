import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ResponseCollector } from "../neutral/collect.ts";
import type { NeutralPart } from "../neutral/part.ts";
import { openaiResponsesIngress as ingress } from "./ingress.ts";
import { parseError } from "../openai-chat/error.ts";
import { parseResponse } from "./parse-response.ts";
import { NOTE, READING, readWithSdk, runStream, sse } from "./stream.test-kit.ts";

// Answers that real providers sent. They are no part of this repository: RECORDINGS_DIR names a folder that holds `openai-responses/*`.
const root = process.env["RECORDINGS_DIR"];
const read = (name: string): string => readFileSync(join(root ?? "", "openai-responses", name), "utf8");

/** Input, cached, output and reasoning tokens. */
type Tokens = readonly [number, number, number, number];
/** One part in a line: kind, then what it says; of long ones the start, and the length. */
type Facts = { readonly parts: readonly string[]; readonly finish: string; readonly tokens: Tokens };

const WRAPPED =
  '{"tool_uses":[{"recipient_name":"functions.weather","parameters":{"location":"San Francisco"}},' +
  '{"recipient_name":"functions.cityAttractions","parameters":{"city":"Rome"}}]}';
const weather = (id: string): string => `tool-call ${id} weather {"location":"San Francisco"}`;
const called = (id: string, input: string): Facts["parts"] => [`tool-call ${id} calculator ${input}`];
const RS = "rs_01830d662ab3856501693c321405c88190be3ab04d5782d5f9";

const BODIES: readonly (readonly [string, Facts])[] = [
  ["azure-text.1", { parts: ["text Word"], finish: "stop", tokens: [11, 0, 11, 0] }],
  [
    "azure-tool-call.1",
    { parts: [weather("call_YunNGbIwdVJ2i0y0Mybva4Pw")], finish: "tool_calls", tokens: [45, 0, 24, 0] },
  ],
  [
    "lmstudio-basic.1",
    {
      parts: ["reasoning rs_3l1z5wpifxkwxhj459ya7 - reasoning content", "text text content"],
      finish: "stop",
      tokens: [136, 0, 3677, 2456],
    },
  ],
  [
    "openai-reasoning-encrypted-content.1",
    {
      parts: [
        "reasoning rs_0f35ed53160b395301693cc95817ac8190b978637daea4987e 1572 **Reporting final result**\n\nThe tool retu… 399",
        "text 12 + 7 = 19\n19 × 3 = 57\n57 × 10 = 570\n\nFinal result: 570",
      ],
      finish: "stop",
      tokens: [865, 0, 163, 128],
    },
  ],
  [
    "parallel-tool-call-wrapper.1",
    { parts: [`tool-call call_parallel parallel ${WRAPPED}`], finish: "tool_calls", tokens: [34, 0, 28, 0] },
  ],
];

/** The answers of each stream: the encrypted one holds the four of a loop over tools. */
const STREAMS: readonly (readonly [string, readonly Facts[]])[] = [
  ["azure-text.1", [{ parts: ["text Hello"], finish: "stop", tokens: [11, 0, 11, 0] }]],
  [
    "azure-tool-call.1",
    [{ parts: [weather("call_H5DxLSFnsGhiROnUiDHmgyc8")], finish: "tool_calls", tokens: [45, 0, 24, 0] }],
  ],
  [
    "lmstudio-basic.1",
    [
      {
        parts: ["text ## The Festival of Whispering Leaves (Fea… 1384"],
        finish: "stop",
        tokens: [31, 30, 282, 0],
      },
    ],
  ],
  [
    "openai-reasoning-encrypted-content.1",
    [
      {
        parts: [
          `reasoning ${RS} 1060 **Calculating step-by-step using calculat… 163`,
          ...called("call_AB6AaRZ1FYZB2RwS6A5vbdqn", '{"a":12,"b":7,"op":"add"}'),
        ],
        finish: "tool_calls",
        tokens: [134, 0, 28, 0],
      },
      {
        parts: called("call_Q6pW65MUgW9vF59BmItYGos3", '{"a":19,"b":3,"op":"multiply"}'),
        finish: "tool_calls",
        tokens: [221, 0, 26, 0],
      },
      {
        parts: called("call_Zl5vIMnD7dVAjgU6FkhmiCZh", '{"a":57,"b":10,"op":"multiply"}'),
        finish: "tool_calls",
        tokens: [260, 0, 26, 0],
      },
      { parts: ["text The final result is **570**."], finish: "stop", tokens: [299, 0, 12, 0] },
    ],
  ],
  [
    "parallel-tool-call-wrapper.1",
    [{ parts: [`tool-call call_parallel parallel ${WRAPPED}`], finish: "tool_calls", tokens: [34, 0, 28, 0] }],
  ],
];

function cut(text: string): string {
  return text.length > 130 ? `${text.slice(0, 41)}… ${text.length}` : text;
}

function fact(part: NeutralPart): string {
  if (part.kind === "reasoning") return `reasoning ${part.id} ${part.state?.value.length ?? "-"} ${cut(part.text)}`;
  if (part.kind === "tool-call") return `tool-call ${part.id} ${part.name} ${part.arguments}`;
  return part.kind === "text" ? `text ${cut(part.text)}` : part.kind;
}

const usageOf = ([inputTokens, cachedInputTokens, outputTokens, reasoningTokens]: Tokens): object => {
  return { inputTokens, cachedInputTokens, outputTokens, reasoningTokens };
};

/** The events of a stream, cut into its answers. Two lines of one recording have lost their last brace. */
function answersOf(name: string): { type: string }[][] {
  const answers: { type: string }[][] = [];
  for (const line of read(`${name}.chunks.txt`).split("\n").filter(Boolean)) {
    const isCut = name.startsWith("parallel") && line.includes('"response":');
    const event = JSON.parse(isCut ? `${line}}` : line) as { type: string };
    if (event.type === "response.created") answers.push([]);
    answers.at(-1)?.push(event);
  }
  return answers;
}

describe.skipIf(root === undefined)("recorded responses (skipped: RECORDINGS_DIR is not set)", () => {
  test.each(BODIES)("the answer %s says what it said, and the SDK reads it", async (name, facts) => {
    const body = JSON.parse(read(`${name}.json`)) as { output: object[] };
    const response = parseResponse(body, READING);
    expect(response.choices.map(({ parts, finish }) => [parts.map(fact), finish])).toEqual([
      [facts.parts, facts.finish],
    ]);
    expect(response.usage).toMatchObject(usageOf(facts.tokens));
    const rendered = ingress.renderResponse(response, { usage: response.usage!, note: NOTE }).body;
    expect(rendered).toMatchObject({ ...body, usage: {} });
    const options = { usage: response.usage!, note: NOTE, includeUsage: true };
    const streamed = await readWithSdk(ingress.renderAsStream(response, options), true);
    expect(streamed.output).toMatchObject(body.output);
  });

  test.each(STREAMS)("the stream %s says what it said, and travels as it is", async (name, facts) => {
    const answers = answersOf(name);
    expect(answers).toHaveLength(facts.length);
    for (const [index, events] of answers.entries()) {
      const run = runStream([sse(...events)]);
      const { parts, finish, tokens } = facts[index]!;
      const collector = new ResponseCollector();
      for (const chunk of run.chunks) collector.add(chunk);
      const [choice] = collector.response(run.progress.usage)?.choices ?? [];
      expect([choice?.parts.map(fact), choice?.finish]).toEqual([parts, finish]);
      expect(run.progress).toMatchObject({ end: { kind: "done" }, finish, usage: usageOf(tokens) });
      expect(run.events.slice(0, -1)).toMatchObject(events.slice(0, -1));
      expect(run.events.at(-1)).toMatchObject({ response: { usage: { signalbox: { decision_id: "d" } } } });
      expect(parseResponse(run.collected, READING).choices[0]?.parts.map(fact)).toEqual(parts);
      const seen = await readWithSdk(run.text, true);
      expect(seen.usage?.output_tokens).toBe(tokens[2]);
    }
  });

  test("B6 the quota that is used up is an error, inside a stream and without one", () => {
    const lines = read("openai-error.1.chunks.txt").split("\n").filter(Boolean);
    const run = runStream([sse(...lines.map((line) => JSON.parse(line) as unknown))]);
    const error = { code: "upstream-auth", details: { upstreamCode: "insufficient_quota" } };
    expect(run.progress).toMatchObject({ begun: false, end: { kind: "error", error } });
    const failure = { status: 429, header: () => undefined, bodyText: read("openai-error.1.json") };
    expect(parseError({ ...failure, provider: "acme", nowMs: 0, secrets: [] })).toMatchObject(error);
  });
});
