import Anthropic from "@anthropic-ai/sdk";
import { type MatrixCase, PIXEL, PROMPT, type Read, RESULT, SCHEMA, TOOL } from "../cases.ts";
import type { Access, Client } from "./client.ts";

type Body = Anthropic.MessageCreateParamsNonStreaming;

export function anthropicMessagesClient({ baseUrl, apiKey }: Access): Client {
  const client = new Anthropic({ baseURL: baseUrl, apiKey, maxRetries: 0 });
  return {
    async ask(each, model) {
      const body: Body = { model, max_tokens: 4_096, ...bodyOf(each) };
      if (each.stream) return readOf(await client.messages.stream(body).finalMessage());
      return readOf(await client.messages.create(body));
    },
    statusOf: (error) => (error as { status?: number }).status ?? null,
  };
}

function bodyOf({ ask }: MatrixCase): Pick<Body, "messages"> & Partial<Body> {
  const { parameters, ...tool } = TOOL;
  const tools = [{ ...tool, input_schema: parameters as Anthropic.Tool.InputSchema }];
  if (ask === "tools") return { messages: [user(PROMPT)], tools };
  if (ask === "tool-result") {
    const id = "toolu_abc123XYZ";
    const call = { type: "tool_use" as const, id, name: TOOL.name, input: { city: "Paris" } };
    const result = { type: "tool_result" as const, tool_use_id: id, content: RESULT };
    return { messages: [user(PROMPT), { role: "assistant", content: [call] }, user([result])], tools };
  }
  if (ask === "image") {
    const source = { type: "base64" as const, media_type: "image/png" as const, data: PIXEL };
    return {
      messages: [
        user([
          { type: "text", text: PROMPT },
          { type: "image", source },
        ]),
      ],
    };
  }
  if (ask === "schema") {
    return { messages: [user(PROMPT)], output_config: { format: { type: "json_schema", schema: SCHEMA } } };
  }
  if (ask === "reasoning") return { messages: [user(PROMPT)], thinking: { type: "enabled", budget_tokens: 1_024 } };
  return { messages: [user(PROMPT)] };
}

function user(content: string | Anthropic.ContentBlockParam[]): Anthropic.MessageParam {
  return { role: "user", content };
}

const FINISHES: Record<string, Read["finish"]> = { end_turn: "stop", tool_use: "tools", refusal: "refused" };

export function readOf({ content, stop_reason: stop, usage }: Anthropic.Message): Read {
  return {
    text: content.map((block) => (block.type === "text" ? block.text : "")).join(""),
    calls: content.flatMap((block) =>
      block.type === "tool_use" ? [{ name: block.name, arguments: block.input }] : [],
    ),
    reasoning: content.map((block) => (block.type === "thinking" ? block.thinking : "")).join(""),
    finish: FINISHES[stop ?? ""] ?? "other",
    outputTokens: usage.output_tokens,
  };
}
