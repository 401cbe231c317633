import OpenAI from "openai";
import { type MatrixCase, PIXEL, PROMPT, type Read, RESULT, SCHEMA, TOOL } from "../cases.ts";
import type { Access, Client } from "./client.ts";

type Message = OpenAI.ChatCompletionMessageParam;
type Create = OpenAI.ChatCompletionCreateParamsNonStreaming;
type Body = Pick<Create, "messages"> & {
  tools?: NonNullable<Create["tools"]>;
  response_format?: NonNullable<Create["response_format"]>;
  reasoning_effort?: "low";
};

export function openaiChatClient({ baseUrl, apiKey }: Access): Client {
  const client = new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey, maxRetries: 0 });
  return {
    async ask(each, model) {
      const body = { model, ...bodyOf(each) };
      if (each.stream) {
        const stream = client.chat.completions.stream({ ...body, stream_options: { include_usage: true } });
        let reasoning = "";
        stream.on("chunk", (chunk) => {
          reasoning += reasoningOf(chunk.choices[0]?.delta);
        });
        return { ...readOf(await stream.finalChatCompletion()), reasoning };
      }
      return readOf(await client.chat.completions.create({ ...body, stream: false }));
    },
    statusOf: (error) => (error as { status?: number }).status ?? null,
  };
}

function bodyOf({ ask }: MatrixCase): Body {
  const tools = [{ type: "function" as const, function: TOOL }];
  if (ask === "tools") return { messages: [user(PROMPT)], tools };
  if (ask === "tool-result") {
    const call = {
      id: "call_abc123XYZ",
      type: "function" as const,
      function: { name: TOOL.name, arguments: '{"city":"Paris"}' },
    };
    const messages: Message[] = [
      user(PROMPT),
      { role: "assistant", content: null, tool_calls: [call] },
      { role: "tool", tool_call_id: call.id, content: RESULT },
    ];
    return { messages, tools };
  }
  if (ask === "image") {
    const image = { type: "image_url" as const, image_url: { url: `data:image/png;base64,${PIXEL}` } };
    return { messages: [user([{ type: "text", text: PROMPT }, image])] };
  }
  if (ask === "schema") {
    const json_schema = { name: "answer", strict: true, schema: SCHEMA };
    return { messages: [user(PROMPT)], response_format: { type: "json_schema", json_schema } };
  }
  return { messages: [user(PROMPT)], ...(ask === "reasoning" ? { reasoning_effort: "low" } : {}) };
}

function user(content: string | OpenAI.ChatCompletionContentPart[]): Message {
  return { role: "user", content };
}

const FINISHES: Record<string, Read["finish"]> = { stop: "stop", tool_calls: "tools", content_filter: "refused" };

export function readOf({ choices, usage }: OpenAI.ChatCompletion): Read {
  const { message, finish_reason: finish } = choices[0]!;
  return {
    text: message.content ?? "",
    calls: (message.tool_calls ?? []).map((call) => {
      if (call.type !== "function") throw new Error("not a function's call");
      return { name: call.function.name, arguments: JSON.parse(call.function.arguments) as unknown };
    }),
    reasoning: reasoningOf(message),
    finish: message.refusal == null ? (FINISHES[finish] ?? "other") : "refused",
    outputTokens: usage?.completion_tokens ?? -1,
  };
}

/** No field of OpenAI's own: the name that most hosts use. */
export function reasoningOf(message: object | undefined): string {
  const { reasoning_content: reasoning } = (message ?? {}) as { reasoning_content?: string | null };
  return reasoning ?? "";
}
