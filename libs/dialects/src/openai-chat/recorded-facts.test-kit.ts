/** A text: all of it, or how it begins, how it ends and how many UTF-16 units it has. */
export type TextFact = string | { readonly begins: string; readonly ends: string; readonly chars: number };

export type RecordedFact = {
  readonly id: string;
  readonly finish: string;
  readonly text: TextFact;
  readonly reasoning?: TextFact;
  readonly calls?: readonly (readonly [id: string, name: string, args: string])[];
  /** Input, of which cached; output, of which reasoning. */
  readonly tokens: readonly [input: number, cached: number, output: number, reasoning: number];
};

const SAN_FRANCISCO = '{"location": "San Francisco"}';

/** What recorded answers say, read by eye. */
export const RECORDED: Readonly<Record<string, RecordedFact>> = {
  "alibaba-tool-call.chunks.txt": {
    id: "chatcmpl-8e243c57-23b3-9db2-a02e-e3c53929c368",
    finish: "tool_calls",
    text: "",
    calls: [["call_eee11723464a4b9eb8cee71d", "weather", SAN_FRANCISCO]],
    tokens: [295, 0, 22, 0],
  },
  "alibaba-tool-call.json": {
    id: "chatcmpl-bc7fc58d-c03f-9c9f-af73-91bea326c99f",
    finish: "tool_calls",
    text: "",
    calls: [["call_962bfd2ab8f54b89a1161356", "weather", SAN_FRANCISCO]],
    tokens: [295, 0, 22, 0],
  },
  "deepseek-reasoning.chunks.txt": {
    id: "cac7192e-e619-40c6-96b0-ed4276bc03ac",
    finish: "stop",
    text: 'The word "strawberry" contains three "r"s.',
    reasoning: {
      begins: "We need to count the number of the lette",
      ends: "es, 3.\n\nThus, the answer is 3.",
      chars: 606,
    },
    tokens: [18, 0, 219, 205],
  },
  "deepseek-reasoning.json": {
    id: "945bb10c-9bf3-47ff-a2a2-43bbe9705c72",
    finish: "stop",
    text: 'The word "strawberry" contains three instances of the letter "r": one after the "t" and two before the "y".',
    reasoning: { begins: "We are asked: \"How many 'r's", ends: "'strawberry'?\" So answer is 3.", chars: 935 },
    tokens: [18, 0, 345, 315],
  },
  "deepseek-text.chunks.txt": {
    id: "f6117a0b-129d-46fa-b239-78f01c2c5df9",
    finish: "length",
    text: { begins: "## **Holiday Name:** Starlight Remembran", ends: "5 minutes of silent looking at", chars: 1855 },
    tokens: [13, 0, 400, 0],
  },
  "deepseek-text.json": {
    id: "00f10ecd-60b3-4707-b5db-e4bcadf7aea1",
    finish: "length",
    text: { begins: "## **Holiday Name: Gratitude of Small Th", ends: "vish presents, people exchange", chars: 1375 },
    tokens: [13, 0, 300, 0],
  },
  "groq-tool-call.chunks.txt": {
    id: "chatcmpl-b610d559-f156-4aca-8827-24b4fe6af54f",
    finish: "tool_calls",
    text: "",
    calls: [["tk85n1k4m", "weather", "{}"]],
    tokens: [210, 0, 15, 0],
  },
  "groq-tool-call.json": {
    id: "chatcmpl-1fd017fc-60b8-44eb-a736-375b8e1bc3e7",
    finish: "tool_calls",
    text: "",
    calls: [["ax9fskhev", "weather", "{}"]],
    tokens: [218, 0, 15, 0],
  },
  "mistral-text.chunks.txt": {
    id: "5319bd0299614c679a0068a4f2c8ffd0",
    finish: "stop",
    text: "Hello, world! This is a test response.",
    tokens: [13, 0, 8, 0],
  },
  "mistral-text.json": {
    id: "5319bd0299614c679a0068a4f2c8ffd0",
    finish: "stop",
    text: { begins: '**Holiday Name: "World Kindness Day of S', ends: "te it? What would you share? 😊", chars: 1926 },
    tokens: [13, 0, 434, 0],
  },
  "mistral-tool-call.chunks.txt": {
    id: "b3999b8c93e04e11bcbff7bcab829667",
    finish: "tool_calls",
    text: "",
    calls: [["gSIMJiOkT", "weather", SAN_FRANCISCO]],
    tokens: [124, 0, 22, 0],
  },
  "mistral-tool-call.json": {
    id: "b3999b8c93e04e11bcbff7bcab829667",
    finish: "tool_calls",
    text: "",
    calls: [["gSIMJiOkT", "weather", SAN_FRANCISCO]],
    tokens: [124, 0, 22, 0],
  },
  "moonshotai-reasoning.json": {
    id: "chatcmpl-test-reasoning",
    finish: "stop",
    text: "There are three.",
    reasoning: "Let me count the letters carefully.",
    tokens: [20, 10, 30, 22],
  },
  "moonshotai-stream.chunks.txt": {
    id: "chatcmpl-stream",
    finish: "stop",
    text: "Hello!",
    reasoning: "Thinking aloud. ",
    tokens: [9, 0, 12, 7],
  },
  "moonshotai-text.json": { id: "chatcmpl-test-text", finish: "stop", text: "Hello, world!", tokens: [9, 0, 5, 0] },
  "openai-text.chunks.txt": {
    id: "chatcmpl-D8Z5oo6uDh67AD85p73ksdT1KxhE0",
    finish: "stop",
    text: { begins: "**Holiday Name:** Harmony Day\n\n**Date:**", ends: "xperiences and mutual respect.", chars: 1724 },
    tokens: [16, 0, 300, 0],
  },
  "openai-text.json": {
    id: "chatcmpl-D8Z5f52zQqikDBEKQMQoYcWMcWPeU",
    finish: "stop",
    text: { begins: "**Holiday Name:** Galaxy Day  \n\n**Date:*", ends: "up and dream beyond our world.", chars: 1842 },
    tokens: [16, 0, 363, 0],
  },
  // The usage counts up from chunk to chunk.
  "perplexity-text.chunks.txt": {
    id: "a3d55d44-63f9-4704-bb26-e17be1ddab3a",
    finish: "stop",
    text: "**EcoVista Day**[1][5]",
    tokens: [11, 0, 434, 0],
  },
  "perplexity-text.json": {
    id: "aec30d94-c6a5-4d30-935e-97dbe8de9f85",
    finish: "stop",
    text: { begins: "**EcoVista Day** is a new annual holiday", ends: "sible and forward-thinking.[5]", chars: 1970 },
    tokens: [11, 0, 392, 0],
  },
};
