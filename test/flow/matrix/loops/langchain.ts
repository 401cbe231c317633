import { ChatAnthropic } from "@langchain/anthropic";
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { type AIMessageChunk, type BaseMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatGoogle } from "@langchain/google";
import { ChatOpenAI } from "@langchain/openai";
import { TOOL } from "../cases.ts";
import type { Access } from "../clients/client.ts";
import { type Loop, type LoopClient, type LoopRead, SIGNING } from "./loop-client.ts";

const TURNS_MAX = 6;

/** LangChain.js. */
export function langchainClients({ baseUrl, apiKey }: Access): readonly LoopClient[] {
  const openai = { apiKey, configuration: { baseURL: `${baseUrl}/v1` }, maxRetries: 0 };
  return [
    {
      name: "@langchain/openai, chat",
      keeps: [],
      run: (model, loop) => run(new ChatOpenAI({ ...openai, model, useResponsesApi: false }), loop),
    },
    {
      name: "@langchain/openai, responses",
      keeps: SIGNING,
      run: (model, loop) => run(new ChatOpenAI({ ...openai, model, useResponsesApi: true }), loop),
    },
    {
      name: "@langchain/anthropic",
      keeps: SIGNING,
      run: (model, loop) => run(new ChatAnthropic({ apiKey, anthropicApiUrl: baseUrl, model, maxRetries: 0 }), loop),
    },
    {
      name: "@langchain/google",
      // It keeps the signatures of calls, and lets those of thoughts go.
      keeps: ["gemini"],
      run: (model, loop) => run(new ChatGoogle({ apiKey, endpoint: baseUrl, model, maxRetries: 0 }), loop),
    },
  ];
}

async function run(model: BaseChatModel, { prompt, weatherIn }: Loop): Promise<LoopRead> {
  const { parameters, ...named } = TOOL;
  const weather = tool((given) => weatherIn((given as { city: string }).city), {
    ...named,
    schema: { ...parameters, type: "object" },
  });
  const bound = model.bindTools!([weather]);
  const messages: BaseMessage[] = [new HumanMessage(prompt)];
  const answers: AIMessageChunk[] = [];
  while (answers.length < TURNS_MAX) {
    let answer: AIMessageChunk | undefined;
    for await (const chunk of await bound.stream(messages)) answer = answer?.concat(chunk) ?? chunk;
    if (answer === undefined) throw new Error("The stream is empty.");
    answers.push(answer);
    messages.push(answer);
    if ((answer.tool_calls ?? []).length === 0) break;
    for (const call of answer.tool_calls ?? []) {
      messages.push(new ToolMessage({ content: await weather.invoke(call.args), tool_call_id: call.id! }));
    }
  }
  return {
    text: answers.at(-1)!.text,
    turns: answers.length,
    calls: answers.flatMap(({ tool_calls: calls = [] }) => calls.map(({ name, args }) => ({ name, arguments: args }))),
    outputTokens: answers.reduce((sum, answer) => sum + outputTokensOf(answer), 0),
  };
}

function outputTokensOf({ usage_metadata: usage }: AIMessageChunk): number {
  return (usage as { output_tokens: number } | undefined)?.output_tokens ?? -1;
}
