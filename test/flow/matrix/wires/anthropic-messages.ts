import { json } from "../../../kit/upstream.ts";
import { type Answer, INPUT_TOKENS, OUTPUT_TOKENS } from "../cases.ts";
import { membersOf, piecesOf, SIGNATURE, sse, type WireFake } from "./wire-fake.ts";

const HEAD = { id: "msg_up", type: "message", role: "assistant", model: "m", stop_sequence: null };

function blocksOf({ text, calls = [], reasoning }: Answer): Record<string, unknown>[] {
  return [
    ...(reasoning === undefined ? [] : [{ type: "thinking", thinking: reasoning, signature: SIGNATURE }]),
    ...(text === undefined ? [] : [{ type: "text", text }]),
    ...calls.map(({ id, name, arguments: input }) => ({ type: "tool_use", id, name, input })),
  ];
}

function stopOf({ calls, refused }: Answer): string {
  if (refused) return "refusal";
  return calls === undefined ? "end_turn" : "tool_use";
}

/** A block's opening event, its deltas and its end. */
function eventsOf(block: Record<string, unknown>, index: number): object[] {
  const at = (delta: object): object => ({ type: "content_block_delta", index, delta });
  const stop = { type: "content_block_stop", index };
  const start = (content_block: object): object => ({ type: "content_block_start", index, content_block });
  if (block["type"] === "thinking") {
    const pieces = piecesOf(String(block["thinking"])).map((thinking) => at({ type: "thinking_delta", thinking }));
    const signed = at({ type: "signature_delta", signature: block["signature"] });
    return [start({ type: "thinking", thinking: "", signature: "" }), ...pieces, signed, stop];
  }
  if (block["type"] === "text") {
    const pieces = piecesOf(String(block["text"])).map((text) => at({ type: "text_delta", text }));
    return [start({ type: "text", text: "" }), ...pieces, stop];
  }
  const partial = at({ type: "input_json_delta", partial_json: JSON.stringify(block["input"]) });
  return [start({ ...block, input: {} }), partial, stop];
}

const START = {
  type: "message_start",
  message: { ...HEAD, content: [], stop_reason: null, usage: { input_tokens: INPUT_TOKENS, output_tokens: 1 } },
};

export const anthropicMessagesFake: WireFake = {
  whole: (answer) =>
    json(200, {
      ...HEAD,
      content: blocksOf(answer),
      stop_reason: stopOf(answer),
      usage: { input_tokens: INPUT_TOKENS, output_tokens: OUTPUT_TOKENS },
    }),
  streamed(answer) {
    const delta = { stop_reason: stopOf(answer), stop_sequence: null };
    const end = [{ type: "message_delta", delta, usage: { output_tokens: OUTPUT_TOKENS } }, { type: "message_stop" }];
    return { steps: sse([START, ...blocksOf(answer).flatMap(eventsOf), ...end], true) };
  },
  failure: () =>
    json(429, { type: "error", error: { type: "rate_limit_error", message: "slow down" } }, { "retry-after": "7" }),
  brokenStream: (answer) => ({
    steps: sse(
      [
        START,
        ...eventsOf({ type: "text", text: answer.text }, 0).slice(0, -1),
        { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
      ],
      true,
    ),
  }),
  seen({ path, body }) {
    if (!path.endsWith("/messages") || typeof body["max_tokens"] !== "number") throw new Error(`not messages: ${path}`);
    const messages = body["messages"] as { role: string; content: string | Record<string, unknown>[] }[];
    const blocks = messages.flatMap(({ content }) =>
      typeof content === "string" ? [{ type: "text", text: content }] : content,
    );
    const results = blocks.filter(({ type }) => type === "tool_result");
    // A model without structured output is made to answer by a tool whose input is the answer.
    const offered = (body["tools"] ?? []) as { name: string }[];
    const answerTool = offered.find(({ name }) => name === "signalbox_json_answer");
    const schema = membersOf(body["output_config"] ?? body["output_format"] ?? answerTool ?? {}, "properties")[0];
    return {
      texts: blocks.filter(({ type }) => type === "text").map(({ text }) => String(text)),
      tools: offered.filter((tool) => tool !== answerTool).map(({ name }) => name),
      results: results.flatMap(({ content }) =>
        typeof content === "string" ? [content] : (membersOf(content, "text") as string[]),
      ),
      images: blocks.filter(({ type }) => type === "image").flatMap((block) => membersOf(block, "data") as string[]),
      schema: Object.keys(schema ?? {}),
      stream: body["stream"] === true,
    };
  },
};
