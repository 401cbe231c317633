import { type Content, type GenerateContentConfig, type GenerateContentResponse, GoogleGenAI } from "@google/genai";
import { readOf } from "../clients/gemini.ts";
import type { Agent } from "./agent.ts";
import { CONVERSATION, signatureOf, SYSTEM, TASK, TOOLS_OFFERED, type ToolUse, type Turn } from "./conversation.ts";

function callOf({ id, name, path }: ToolUse): object {
  return { functionCall: { id, name, args: { path } } };
}

function resultOf({ id, name }: ToolUse, response: object): object {
  return { functionResponse: { id, name, response } };
}

function turnOf({ thought, text, calls }: Turn, turn: number): object[] {
  const [read, missed] = calls;
  return [
    {
      role: "model",
      parts: [
        { text: thought, thought: true },
        { text },
        { ...callOf(read), thoughtSignature: signatureOf(turn) },
        callOf(missed),
      ],
    },
    {
      role: "user",
      parts: [resultOf(read, { output: read.result }), resultOf(missed, { error: missed.result })],
    },
  ];
}

const SETTINGS = {
  temperature: 1,
  topP: 0.95,
  topK: 64,
  thinkingConfig: { includeThoughts: true, thinkingBudget: 8_192 },
};
const TOOLS = [
  {
    functionDeclarations: TOOLS_OFFERED.map(({ schema, ...tool }) => ({ ...tool, parametersJsonSchema: schema })),
  },
];
const CONTENTS = [{ role: "user", parts: [{ text: TASK }] }, ...CONVERSATION.flatMap(turnOf)];
const INSTRUCTION = { role: "user", parts: [{ text: SYSTEM }] };

export const geminiCli: Agent = {
  name: "Gemini CLI",
  dialect: "gemini",
  headers: {},
  // The model stands in the path.
  bodyFor: (_model, boundTokens) => ({
    contents: CONTENTS,
    systemInstruction: INSTRUCTION,
    tools: TOOLS,
    generationConfig: { ...SETTINGS, ...(boundTokens === undefined ? {} : { maxOutputTokens: boundTokens }) },
  }),
  async send({ baseUrl, apiKey }, model) {
    // GOOGLE_GEMINI_BASE_URL and GEMINI_API_KEY.
    const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl, headers: { "user-agent": "GeminiCLI/1.0" } } });
    const config = { ...SETTINGS, systemInstruction: INSTRUCTION, tools: TOOLS } as GenerateContentConfig;
    const chunks: GenerateContentResponse[] = [];
    const asked = { model, contents: CONTENTS as Content[], config };
    for await (const chunk of await client.models.generateContentStream(asked)) chunks.push(chunk);
    return readOf(chunks);
  },
};
