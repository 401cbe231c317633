import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { isStepCount, jsonSchema, type LanguageModel, streamText, tool } from "ai";
import { TOOL } from "../cases.ts";
import type { Access } from "../clients/client.ts";
import { type Loop, type LoopClient, type LoopRead, SIGNING } from "./loop-client.ts";

const STEPS_MAX = 6;
// It warns that it does not know the models.
globalThis.AI_SDK_LOG_WARNINGS = false;

/** The Vercel AI SDK. */
export function aiSdkClients({ baseUrl, apiKey }: Access): readonly LoopClient[] {
  const openai = createOpenAI({ baseURL: `${baseUrl}/v1`, apiKey });
  const anthropic = createAnthropic({ baseURL: `${baseUrl}/v1`, apiKey });
  const google = createGoogle({ baseURL: `${baseUrl}/v1beta`, apiKey });
  return [
    { name: "@ai-sdk/openai, chat", keeps: [], run: (model, loop) => run(openai.chat(model), loop) },
    {
      name: "@ai-sdk/openai, responses",
      keeps: SIGNING,
      // What the provider keeps is sent back as references, which no other provider could follow.
      run: (model, loop) => run(openai.responses(model), loop, { openai: { store: false } }),
    },
    { name: "@ai-sdk/anthropic", keeps: SIGNING, run: (model, loop) => run(anthropic(model), loop) },
    { name: "@ai-sdk/google", keeps: SIGNING, run: (model, loop) => run(google(model), loop) },
  ];
}

/** The AI SDK as it comes, which takes for granted that the provider keeps what it said. */
export function unconfiguredAiSdk({ baseUrl, apiKey }: Access): Pick<LoopClient, "run"> {
  const openai = createOpenAI({ baseURL: `${baseUrl}/v1`, apiKey });
  return { run: (model, loop) => run(openai(model), loop) };
}

async function run(
  model: LanguageModel,
  { prompt, weatherIn }: Loop,
  providerOptions: Record<string, Record<string, boolean>> = {},
): Promise<LoopRead> {
  const weather = tool({
    description: TOOL.description,
    inputSchema: jsonSchema<{ city: string }>(TOOL.parameters as Parameters<typeof jsonSchema>[0]),
    execute: ({ city }) => weatherIn(city),
  });
  const result = streamText({
    model,
    prompt,
    tools: { [TOOL.name]: weather },
    stopWhen: isStepCount(STEPS_MAX),
    maxRetries: 0,
    providerOptions,
    onError: () => {},
  });
  for await (const part of result.fullStream) if (part.type === "error") throw part.error;
  const [steps, text, usage] = await Promise.all([result.steps, result.text, result.totalUsage]);
  return {
    text,
    turns: steps.length,
    calls: steps.flatMap(({ toolCalls }) => toolCalls.map((call) => ({ name: call.toolName, arguments: call.input }))),
    outputTokens: usage.outputTokens ?? -1,
  };
}
