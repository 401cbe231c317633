import OpenAI from "openai";
import { type MatrixCase, PIXEL, PROMPT, type Read, RESULT, SCHEMA, TOOL } from "../cases.ts";
import type { Access, Client } from "./client.ts";

type Body = OpenAI.Responses.ResponseCreateParams;

export function openaiResponsesClient({ baseUrl, apiKey }: Access): Client {
  const client = new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey, maxRetries: 0 });
  return {
    async ask(each, model) {
      const body = { model, store: false, ...bodyOf(each) };
      if (!each.stream) return readOf(await client.responses.create({ ...body, stream: false }));
      const stream = await client.responses.create({ ...body, stream: true });
      let last: OpenAI.Responses.Response | null = null;
      for await (const event of stream) {
        if (event.type === "error") throw new Error(event.message);
        if (event.type === "response.failed") throw new Error(event.response.error?.message);
        if (event.type === "response.completed" || event.type === "response.incomplete") last = event.response;
      }
      if (last === null) throw new Error("The stream has no end.");
      return readOf(last);
    },
    statusOf: (error) => (error as { status?: number }).status ?? null,
  };
}

function bodyOf({ ask }: MatrixCase): Pick<Body, "input"> & Partial<Body> {
  const tools = [{ type: "function" as const, strict: false, ...TOOL }];
  if (ask === "tools") return { input: PROMPT, tools };
  if (ask === "tool-result") {
    const call_id = "call_abc123XYZ";
    return {
      tools,
      input: [
        { role: "user", content: PROMPT },
        { type: "function_call", call_id, name: TOOL.name, arguments: '{"city":"Paris"}' },
        { type: "function_call_output", call_id, output: RESULT },
      ],
    };
  }
  if (ask === "image") {
    const image = {
      type: "input_image" as const,
      detail: "auto" as const,
      image_url: `data:image/png;base64,${PIXEL}`,
    };
    return { input: [{ role: "user", content: [{ type: "input_text", text: PROMPT }, image] }] };
  }
  if (ask === "schema") {
    return { input: PROMPT, text: { format: { type: "json_schema", name: "answer", strict: true, schema: SCHEMA } } };
  }
  return { input: PROMPT, ...(ask === "reasoning" ? { reasoning: { effort: "low", summary: "auto" } } : {}) };
}

export function readOf(response: OpenAI.Responses.Response): Read {
  const { output, usage, incomplete_details: incomplete } = response;
  const calls = output.filter((item) => item.type === "function_call");
  const parts = output.flatMap((item) => (item.type === "message" ? item.content : []));
  const refused = parts.some(({ type }) => type === "refusal") || incomplete?.reason === "content_filter";
  return {
    text: parts.map((part) => (part.type === "output_text" ? part.text : "")).join(""),
    calls: calls.map(({ name, arguments: given }) => ({ name, arguments: JSON.parse(given) as unknown })),
    reasoning: output.flatMap((item) => (item.type === "reasoning" ? reasoningOf(item) : [])).join(""),
    finish: refused ? "refused" : finishOf(response.status, calls.length),
    outputTokens: usage?.output_tokens ?? -1,
  };
}

/** A model's own reasoning, or a summary of it, whichever the answer shows. */
function reasoningOf({ content, summary }: OpenAI.Responses.ResponseReasoningItem): string[] {
  const texts = (content ?? []).map(({ text }) => text);
  return texts.length > 0 ? texts : summary.map(({ text }) => text);
}

function finishOf(status: string | undefined, calls: number): Read["finish"] {
  if (status !== "completed") return "other";
  return calls > 0 ? "tools" : "stop";
}
