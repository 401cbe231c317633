import { delta, DONE, json, usageChunk } from "../../../kit/upstream.ts";
import { type Answer, INPUT_TOKENS, OUTPUT_TOKENS } from "../cases.ts";
import { openaiChatFake } from "./openai-chat.ts";
import { membersOf, type WireFake, piecesOf } from "./wire-fake.ts";

const USAGE = {
  prompt_tokens: INPUT_TOKENS,
  completion_tokens: OUTPUT_TOKENS,
  total_tokens: INPUT_TOKENS + OUTPUT_TOKENS,
};

/** Mistral's ids have exactly nine letters and digits. */
const ID = /^[A-Za-z0-9]{9}$/;

function callsOf({ calls = [] }: Answer): object[] {
  return calls.map(({ id, name, arguments: given }, index) => ({
    index,
    id: id.slice(-9),
    function: { name, arguments: JSON.stringify(given) },
  }));
}

/** Reasoning is a part of the content. */
function contentOf({ text, reasoning }: Answer): unknown {
  if (reasoning === undefined) return text ?? "";
  const thinking = { type: "thinking", thinking: [{ type: "text", text: reasoning }] };
  return [thinking, { type: "text", text }];
}

function finishOf({ calls, refused }: Answer): string {
  if (refused) return "content_filter";
  return calls === undefined ? "stop" : "tool_calls";
}

export const mistralFake: WireFake = {
  whole(answer) {
    const calls = answer.calls === undefined ? {} : { tool_calls: callsOf(answer) };
    const message = { role: "assistant", content: contentOf(answer), ...calls };
    const choices = [{ index: 0, message, finish_reason: finishOf(answer) }];
    return json(200, { id: "up", object: "chat.completion", created: 1, model: "m", choices, usage: USAGE });
  },
  streamed(answer) {
    const thinking = { type: "thinking", thinking: [{ type: "text", text: answer.reasoning }] };
    const thoughts = answer.reasoning === undefined ? [] : [delta({ content: [thinking] })];
    const pieces = piecesOf(answer.text).map((content) => delta({ content }));
    const calls = answer.calls === undefined ? [] : [delta({ tool_calls: callsOf(answer) })];
    const end = delta({ content: "" }, finishOf(answer), { usage: USAGE });
    return { steps: [delta({ role: "assistant", content: "" }), ...thoughts, ...pieces, ...calls, end, DONE] };
  },
  failure: () => json(429, { object: "error", message: "slow down", type: "rate_limited", code: "1300" }),
  brokenStream: ({ text }) => ({
    steps: [
      delta({ role: "assistant", content: text }),
      { send: { object: "error", message: "overloaded", type: "service_unavailable", code: "3505" } },
      usageChunk(USAGE),
    ],
  }),
  seen(request) {
    const { body } = request;
    for (const field of ["stream_options", "max_completion_tokens", "seed"]) {
      if (field in body) throw new Error(`Mistral refuses the field ${field}`);
    }
    for (const id of membersOf(body["messages"], "tool_call_id")) {
      if (!ID.test(String(id))) throw new Error(`Mistral refuses the id ${String(id)}`);
    }
    return openaiChatFake.seen(request);
  },
};
