import { type GenerateContentParameters, type GenerateContentResponse, GoogleGenAI, type Part } from "@google/genai";
import { type MatrixCase, PIXEL, PROMPT, type Read, RESULT, SCHEMA, TOOL } from "../cases.ts";
import type { Access, Client } from "./client.ts";

type Body = Omit<GenerateContentParameters, "model">;

export function geminiClient({ baseUrl, apiKey }: Access): Client {
  const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl } });
  return {
    async ask(each, model) {
      const body = { model, ...bodyOf(each) };
      if (!each.stream) return readOf([await client.models.generateContent(body)]);
      const chunks: GenerateContentResponse[] = [];
      for await (const chunk of await client.models.generateContentStream(body)) chunks.push(chunk);
      return readOf(chunks);
    },
    statusOf: (error) => (error as { status?: number }).status ?? null,
  };
}

function bodyOf({ ask }: MatrixCase): Body {
  const { parameters, ...tool } = TOOL;
  const config = { tools: [{ functionDeclarations: [{ ...tool, parametersJsonSchema: parameters }] }] };
  if (ask === "tools") return { contents: PROMPT, config };
  if (ask === "tool-result") {
    const call: Part = { functionCall: { name: TOOL.name, args: { city: "Paris" } } };
    const result: Part = { functionResponse: { name: TOOL.name, response: { output: RESULT } } };
    const turns = [
      { role: "user", parts: [{ text: PROMPT }] },
      { role: "model", parts: [call] },
      { role: "user", parts: [result] },
    ];
    return { contents: turns, config };
  }
  if (ask === "image") return { contents: [{ text: PROMPT }, { inlineData: { mimeType: "image/png", data: PIXEL } }] };
  if (ask === "schema") {
    return { contents: PROMPT, config: { responseMimeType: "application/json", responseJsonSchema: SCHEMA } };
  }
  const thinkingConfig = { includeThoughts: true, thinkingBudget: 1_024 };
  return { contents: PROMPT, ...(ask === "reasoning" ? { config: { thinkingConfig } } : {}) };
}

const REFUSED = new Set(["SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "RECITATION"]);

export function readOf(chunks: readonly GenerateContentResponse[]): Read {
  const parts = chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
  const finish = chunks.map((chunk) => chunk.candidates?.[0]?.finishReason).findLast((each) => each !== undefined);
  const calls = parts.flatMap(({ functionCall }) => (functionCall === undefined ? [] : [functionCall]));
  const usage = chunks.map((chunk) => chunk.usageMetadata).findLast((each) => each !== undefined);
  return {
    text: parts.map(({ text, thought }) => (thought === true ? "" : (text ?? ""))).join(""),
    calls: calls.map(({ name, args }) => ({ name: name ?? "", arguments: args })),
    reasoning: parts.map(({ text, thought }) => (thought === true ? (text ?? "") : "")).join(""),
    finish: finishOf(finish, calls.length),
    outputTokens: (usage?.candidatesTokenCount ?? 0) + (usage?.thoughtsTokenCount ?? 0),
  };
}

/** Gemini ends a turn of calls with STOP as well. */
function finishOf(finish: string | undefined, calls: number): Read["finish"] {
  if (finish !== undefined && REFUSED.has(finish)) return "refused";
  if (finish !== "STOP") return "other";
  return calls > 0 ? "tools" : "stop";
}
