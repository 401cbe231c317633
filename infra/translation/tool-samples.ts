import { BASE64, type Sample } from "./sample.ts";

const NAMED = { name: "look", description: "Looks." };
const SCHEMA = {
  type: "object",
  properties: { at: { type: "string" } },
  required: ["at"],
  additionalProperties: false,
};
const CHAT = { type: "function", function: { ...NAMED, parameters: SCHEMA } };
const RESPONSES = { type: "function", ...NAMED, parameters: SCHEMA, strict: false };
const ANTHROPIC = { ...NAMED, input_schema: SCHEMA };
const GEMINI = { functionDeclarations: [{ ...NAMED, parametersJsonSchema: SCHEMA }] };

const DASHED = "mcp__a-server__look";
const LONG = `mcp__server__${"look_".repeat(15)}`;

const CALL = { id: "call_1", type: "function", function: { name: "look", arguments: '{"at":"x"}' } };
const ASKED = { role: "user", content: "Look" };

/** A conversation whose last turn is a tool's result. */
function anthropicResult(result: object): object {
  const use = { type: "tool_use", id: "toolu_1", name: "look", input: { at: "x" } };
  const content = [{ type: "tool_result", tool_use_id: "toolu_1", ...result }];
  return { tools: [ANTHROPIC], messages: [ASKED, { role: "assistant", content: [use] }, { role: "user", content }] };
}

function responsesResult(output: unknown): object {
  const call = { type: "function_call", call_id: "call_1", name: "look", arguments: '{"at":"x"}' };
  return { tools: [RESPONSES], input: [ASKED, call, { type: "function_call_output", call_id: "call_1", output }] };
}

function geminiResult(response: object): object {
  const turns = [
    { role: "user", parts: [{ text: "Look" }] },
    { role: "model", parts: [{ functionCall: { name: "look", args: { at: "x" } } }] },
    { role: "user", parts: [{ functionResponse: { name: "look", response } }] },
  ];
  return { tools: [GEMINI], contents: turns };
}

/** Tools, the choice among them, and their results. */
export const TOOL_SAMPLES: readonly Sample[] = [
  {
    feature: "tool",
    said: {
      "openai-chat": { tools: [CHAT] },
      "openai-responses": { tools: [RESPONSES] },
      "anthropic-messages": { tools: [ANTHROPIC] },
      gemini: { tools: [GEMINI] },
    },
  },
  {
    feature: "tool with a dash in its name",
    said: {
      "openai-chat": { tools: [{ type: "function", function: { ...CHAT.function, name: DASHED } }] },
      "openai-responses": { tools: [{ ...RESPONSES, name: DASHED }] },
      "anthropic-messages": { tools: [{ ...ANTHROPIC, name: DASHED }] },
      gemini: { tools: [{ functionDeclarations: [{ ...NAMED, name: DASHED, parametersJsonSchema: SCHEMA }] }] },
    },
  },
  {
    feature: "tool with a name of 88 characters",
    said: {
      "openai-responses": { tools: [{ ...RESPONSES, name: LONG }] },
      "anthropic-messages": { tools: [{ ...ANTHROPIC, name: LONG }] },
      gemini: { tools: [{ functionDeclarations: [{ ...NAMED, name: LONG, parametersJsonSchema: SCHEMA }] }] },
    },
  },
  {
    feature: "strict tool",
    said: {
      "openai-chat": { tools: [{ type: "function", function: { ...CHAT.function, strict: true } }] },
      "openai-responses": { tools: [{ ...RESPONSES, strict: true }] },
      "anthropic-messages": { tools: [{ ...ANTHROPIC, strict: true }] },
    },
  },
  {
    feature: "some tool must be called",
    said: {
      "openai-chat": { tools: [CHAT], tool_choice: "required" },
      "openai-responses": { tools: [RESPONSES], tool_choice: "required" },
      "anthropic-messages": { tools: [ANTHROPIC], tool_choice: { type: "any" } },
      gemini: { tools: [GEMINI], toolConfig: { functionCallingConfig: { mode: "ANY" } } },
    },
  },
  {
    feature: "this tool must be called",
    said: {
      "openai-chat": { tools: [CHAT], tool_choice: { type: "function", function: { name: "look" } } },
      "openai-responses": { tools: [RESPONSES], tool_choice: { type: "function", name: "look" } },
      "anthropic-messages": { tools: [ANTHROPIC], tool_choice: { type: "tool", name: "look" } },
      gemini: {
        tools: [GEMINI],
        toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["look"] } },
      },
    },
  },
  {
    feature: "one call at a time",
    said: {
      "openai-chat": { tools: [CHAT], parallel_tool_calls: false },
      "openai-responses": { tools: [RESPONSES], parallel_tool_calls: false },
      "anthropic-messages": { tools: [ANTHROPIC], tool_choice: { type: "auto", disable_parallel_tool_use: true } },
    },
  },
  {
    feature: "custom tool",
    said: {
      "openai-chat": { tools: [{ type: "custom", custom: NAMED }] },
      "openai-responses": { tools: [{ type: "custom", ...NAMED }] },
    },
  },
  {
    feature: "the provider's own web search",
    said: {
      "openai-chat": { web_search_options: {} },
      "openai-responses": { tools: [{ type: "web_search" }] },
      "anthropic-messages": { tools: [{ type: "web_search_20250305", name: "web_search" }] },
      gemini: { tools: [{ googleSearch: {} }] },
    },
  },
  {
    feature: "tool result",
    said: {
      "openai-chat": {
        tools: [CHAT],
        messages: [
          ASKED,
          { role: "assistant", content: null, tool_calls: [CALL] },
          { role: "tool", tool_call_id: "call_1", content: "Seen." },
        ],
      },
      "openai-responses": { ...responsesResult("Seen.") },
      "anthropic-messages": { ...anthropicResult({ content: "Seen." }) },
      gemini: { ...geminiResult({ output: "Seen." }) },
    },
  },
  {
    feature: "tool result with an image",
    said: {
      "openai-responses": {
        ...responsesResult([{ type: "input_image", image_url: `data:image/png;base64,${BASE64}` }]),
      },
      "anthropic-messages": {
        ...anthropicResult({
          content: [{ type: "image", source: { type: "base64", media_type: "image/png", data: BASE64 } }],
        }),
      },
    },
  },
  {
    feature: "failed tool result",
    said: {
      "anthropic-messages": { ...anthropicResult({ content: "Not found.", is_error: true }) },
      gemini: { ...geminiResult({ error: "Not found." }) },
    },
  },
];
