import { describe, expect, test } from "vitest";
import type { NeutralPart } from "../neutral/part.ts";
import type { FinishReason, NeutralResponse } from "../neutral/response.ts";
import { expectConforms } from "./conforms.test-kit.ts";
import { openaiResponsesIngress as ingress } from "./ingress.ts";
import { ESTIMATED, eventsOf, NOTE } from "./stream.test-kit.ts";

const HEAD = { source: { dialect: "gemini", body: {} }, id: "g", createdAtS: 1, model: "m", outputChars: 2 } as const;
const OPTIONS = { usage: ESTIMATED, note: NOTE, includeUsage: true };
const TEXT: NeutralPart = { kind: "text", text: "Hi" };
const LOGPROBS = [{ token: "Hi", logprob: -0.1, bytes: [72, 105], top_logprobs: [] }];

function answerOf(parts: readonly NeutralPart[], finish: FinishReason, logprobs?: object): NeutralResponse {
  const choice = { index: 0, parts, finish, ...(logprobs === undefined ? {} : { logprobs: { content: LOGPROBS } }) };
  return { ...HEAD, choices: [choice], usage: ESTIMATED };
}

/** The output of the whole answer, which the stream must end with. */
function outputOf(answer: NeutralResponse): { output: unknown; losses: unknown } {
  const { body, losses } = ingress.renderResponse(answer, OPTIONS);
  const events = eventsOf(ingress.renderAsStream(answer, OPTIONS));
  expectConforms(events);
  expect(events.at(-1)?.["response"]).toEqual(body);
  return { output: body["output"], losses };
}

describe("B8 log probabilities that a wire tells at an answer's end", () => {
  test("stand beside its text", () => {
    const { output, losses } = outputOf(answerOf([TEXT], "stop", LOGPROBS));
    expect(output).toMatchObject([{ content: [{ text: "Hi", logprobs: LOGPROBS }] }]);
    expect(losses).toEqual([]);
  });

  test("are a loss where no text is left to take them", () => {
    const call: NeutralPart = { kind: "tool-call", id: "c", name: "look", arguments: "{}" };
    const { losses } = outputOf(answerOf([TEXT, call], "tool_calls", LOGPROBS));
    expect(losses).toEqual([{ path: "choices[0].logprobs", what: "logprobs", why: "no-equivalent" }]);
  });
});

describe("an answer that its bound cut short", () => {
  test("ends with an item that is as incomplete as it is", () => {
    expect(outputOf(answerOf([TEXT], "length")).output).toMatchObject([{ type: "message", status: "incomplete" }]);
    expect(outputOf(answerOf([TEXT], "stop")).output).toMatchObject([{ type: "message", status: "completed" }]);
  });

  test("says so of the call that it cut, and of none that is whole", () => {
    const whole: NeutralPart = { kind: "tool-call", id: "c1", name: "look", arguments: "{}" };
    const cut: NeutralPart = { kind: "tool-call", id: "c2", name: "look", arguments: '{"at":' };
    expect(outputOf(answerOf([TEXT, whole, cut], "length")).output).toMatchObject([
      { type: "message", status: "completed" },
      { type: "function_call", call_id: "c1", status: "completed" },
      { type: "function_call", call_id: "c2", status: "incomplete" },
    ]);
  });

  test("says how reasoning ended, but of OpenAI's own, which tells no status and takes none back", () => {
    const thought: NeutralPart = { kind: "reasoning", text: "Hm" };
    expect(outputOf(answerOf([thought], "stop")).output).toMatchObject([{ type: "reasoning", status: "completed" }]);
    expect(outputOf(answerOf([thought], "length")).output).toMatchObject([{ type: "reasoning", status: "incomplete" }]);
    expect(outputOf(answerOf([{ ...thought, id: "rs_1" }], "stop")).output).toEqual([
      { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "Hm" }] },
    ]);
  });
});
