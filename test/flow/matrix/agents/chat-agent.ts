import OpenAI from "openai";
import { readOf, reasoningOf } from "../clients/openai-chat.ts";
import type { Agent } from "./agent.ts";
import { CONVERSATION, SYSTEM, TASK, TOOLS_OFFERED, type Turn } from "./conversation.ts";

const MARK = { cache_control: { type: "ephemeral" } };

function turnOf({ thought, text, calls }: Turn, turn: number): object[] {
  // opencode 1.18 marks the last turn beside what it says.
  const mark = turn === CONVERSATION.length - 1 ? MARK : {};
  const tool_calls = calls.map(({ id, name, path }) => {
    return { id, type: "function", function: { name, arguments: JSON.stringify({ path }) }, ...mark };
  });
  return [
    { role: "assistant", content: text, reasoning_content: thought, tool_calls },
    ...calls.map(({ id, result }) => ({ role: "tool", tool_call_id: id, content: result, ...mark })),
  ];
}

/** As agents that know hosts of OpenAI's chat alone ask, with the marks that some of these hosts read. */
export const chatAgent: Agent = {
  name: "an agent of chat completions",
  dialect: "openai-chat",
  headers: {},
  bodyFor: (model) => ({
    model,
    messages: [
      { role: "system", content: [{ type: "text", text: SYSTEM, ...MARK }] },
      { role: "user", content: TASK },
      ...CONVERSATION.flatMap(turnOf),
    ],
    tools: TOOLS_OFFERED.map(({ schema, ...tool }) => ({
      type: "function",
      function: { ...tool, parameters: schema },
    })),
    tool_choice: "auto",
    max_completion_tokens: 32_000,
    reasoning_effort: "high",
    stream: true,
    stream_options: { include_usage: true },
  }),
  async send({ baseUrl, apiKey }, model) {
    const client = new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey, maxRetries: 0 });
    const body = chatAgent.bodyFor(model) as unknown as OpenAI.ChatCompletionCreateParamsStreaming;
    let reasoning = "";
    const stream = client.chat.completions.stream(body);
    stream.on("chunk", (chunk) => {
      reasoning += reasoningOf(chunk.choices[0]?.delta);
    });
    return { ...readOf(await stream.finalChatCompletion()), reasoning };
  },
};
