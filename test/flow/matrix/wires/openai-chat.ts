import { delta, DONE, json, type Script, usageChunk } from "../../../kit/upstream.ts";
import { type Answer, INPUT_TOKENS, OUTPUT_TOKENS } from "../cases.ts";
import { membersOf, type WireFake, piecesOf } from "./wire-fake.ts";

const HEAD = { id: "chatcmpl-up", created: 1_700_000_000, model: "m" };
const USAGE = {
  prompt_tokens: INPUT_TOKENS,
  completion_tokens: OUTPUT_TOKENS,
  total_tokens: INPUT_TOKENS + OUTPUT_TOKENS,
};

function callsOf({ calls = [] }: Answer): object[] {
  return calls.map(({ id, name, arguments: given }, index) => ({
    index,
    id,
    type: "function",
    function: { name, arguments: JSON.stringify(given) },
  }));
}

type Named = { readonly name: string };
type ChatTool =
  | { readonly function: Named; readonly custom?: never }
  | { readonly function?: never; readonly custom: Named };

function finishOf({ calls, refused }: Answer): string {
  if (refused) return "content_filter";
  return calls === undefined ? "stop" : "tool_calls";
}

export const openaiChatFake: WireFake = {
  whole(answer) {
    const message = {
      role: "assistant",
      content: answer.text ?? null,
      ...(answer.reasoning === undefined ? {} : { reasoning_content: answer.reasoning }),
      ...(answer.calls === undefined ? {} : { tool_calls: callsOf(answer) }),
    };
    const choices = [{ index: 0, message, finish_reason: finishOf(answer) }];
    return json(200, { ...HEAD, object: "chat.completion", choices, usage: USAGE });
  },
  streamed(answer): Script {
    const pieces = piecesOf(answer.text).map((content) => delta({ content }));
    const thoughts = piecesOf(answer.reasoning).map((reasoning_content) => delta({ reasoning_content }));
    const calls = callsOf(answer).map((call) => delta({ tool_calls: [call] }));
    const first = delta({ role: "assistant", content: answer.text === undefined ? null : "" });
    return { steps: [first, ...thoughts, ...pieces, ...calls, delta({}, finishOf(answer)), usageChunk(USAGE), DONE] };
  },
  failure: () => json(429, { error: { message: "slow down", type: "rate_limit", code: null } }, { "retry-after": "7" }),
  brokenStream: ({ text }) => ({
    steps: [delta({ role: "assistant", content: text }), { send: { error: { message: "overloaded", code: 503 } } }],
  }),
  seen({ path, body }) {
    if (!path.endsWith("/chat/completions") || !Array.isArray(body["messages"])) throw new Error(`not chat: ${path}`);
    const messages = body["messages"] as { role: string; content: unknown }[];
    const parts = messages.map(({ content }) => (typeof content === "string" ? [content] : membersOf(content, "text")));
    const toolMessages = messages.map(({ role }) => role === "tool");
    const images = membersOf(messages, "image_url").map((image) =>
      typeof image === "string" ? image : (image as { url: string }).url,
    );
    return {
      texts: parts.filter((_, at) => !toolMessages[at]).flat() as string[],
      tools: ((body["tools"] ?? []) as ChatTool[]).map((tool) => (tool.function ?? tool.custom).name),
      results: parts.filter((_, at) => toolMessages[at]).flat() as string[],
      images: images.map((url) => url.slice(url.indexOf(",") + 1)),
      schema: Object.keys(membersOf(body["response_format"], "properties")[0] ?? {}),
      stream: body["stream"] === true,
    };
  },
};
