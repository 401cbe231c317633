import { geminiConfig, type Sample } from "./sample.ts";

const SCHEMA = {
  type: "object",
  properties: { at: { type: "string" } },
  required: ["at"],
  additionalProperties: false,
};

/** What form the answer is to have. */
export const FORM_SAMPLES: readonly Sample[] = [
  {
    feature: "JSON",
    said: {
      "openai-chat": { response_format: { type: "json_object" } },
      "openai-responses": { text: { format: { type: "json_object" } } },
      gemini: geminiConfig({ responseMimeType: "application/json" }),
    },
  },
  {
    feature: "JSON of a schema",
    said: {
      "openai-chat": {
        response_format: { type: "json_schema", json_schema: { name: "answer", schema: SCHEMA, strict: true } },
      },
      "openai-responses": { text: { format: { type: "json_schema", name: "answer", schema: SCHEMA, strict: true } } },
      "anthropic-messages": { output_config: { format: { type: "json_schema", schema: SCHEMA } } },
      gemini: geminiConfig({ responseMimeType: "application/json", responseJsonSchema: SCHEMA }),
    },
  },
  {
    feature: "verbosity",
    said: { "openai-chat": { verbosity: "low" }, "openai-responses": { text: { verbosity: "low" } } },
  },
  { feature: "several answers", said: { "openai-chat": { n: 2 }, gemini: geminiConfig({ candidateCount: 2 }) } },
  {
    feature: "log probabilities",
    said: {
      "openai-chat": { logprobs: true, top_logprobs: 2 },
      "openai-responses": { top_logprobs: 2, include: ["message.output_text.logprobs"] },
      gemini: geminiConfig({ responseLogprobs: true, logprobs: 2 }),
    },
  },
];

/** How tokens are drawn. */
export const SAMPLING_SAMPLES: readonly Sample[] = [
  {
    feature: "temperature 0.5",
    said: {
      "openai-chat": { temperature: 0.5 },
      "openai-responses": { temperature: 0.5 },
      "anthropic-messages": { temperature: 0.5 },
      gemini: geminiConfig({ temperature: 0.5 }),
    },
  },
  {
    feature: "temperature 1.5",
    said: {
      "openai-chat": { temperature: 1.5 },
      "openai-responses": { temperature: 1.5 },
      gemini: geminiConfig({ temperature: 1.5 }),
    },
  },
  {
    feature: "top-p",
    said: {
      "openai-chat": { top_p: 0.9 },
      "openai-responses": { top_p: 0.9 },
      "anthropic-messages": { top_p: 0.9 },
      gemini: geminiConfig({ topP: 0.9 }),
    },
  },
  { feature: "top-k", said: { "anthropic-messages": { top_k: 40 }, gemini: geminiConfig({ topK: 40 }) } },
  {
    feature: "penalties",
    said: {
      "openai-chat": { frequency_penalty: 0.5, presence_penalty: 0.5 },
      gemini: geminiConfig({ frequencyPenalty: 0.5, presencePenalty: 0.5 }),
    },
  },
  { feature: "seed", said: { "openai-chat": { seed: 7 }, gemini: geminiConfig({ seed: 7 }) } },
  {
    feature: "stop text",
    said: {
      "openai-chat": { stop: ["END"] },
      "anthropic-messages": { stop_sequences: ["END"] },
      gemini: geminiConfig({ stopSequences: ["END"] }),
    },
  },
  { feature: "logit bias", said: { "openai-chat": { logit_bias: { "42": -100 } } } },
];

/** What is said of the request itself. */
export const SERVICE_SAMPLES: readonly Sample[] = [
  {
    feature: "service tier",
    said: {
      "openai-chat": { service_tier: "flex" },
      "openai-responses": { service_tier: "flex" },
      "anthropic-messages": { service_tier: "standard_only" },
    },
  },
  {
    feature: "the end user's id",
    said: {
      "openai-chat": { user: "u-1" },
      "openai-responses": { user: "u-1" },
      "anthropic-messages": { metadata: { user_id: "u-1" } },
    },
  },
  {
    feature: "metadata",
    said: { "openai-chat": { metadata: { a: "b" } }, "openai-responses": { metadata: { a: "b" } } },
  },
  {
    feature: "cache key",
    said: { "openai-chat": { prompt_cache_key: "k" }, "openai-responses": { prompt_cache_key: "k" } },
  },
  {
    feature: "safety settings",
    said: {
      gemini: { safetySettings: [{ category: "HARM_CATEGORY_HATE_SPEECH", threshold: "BLOCK_NONE" }] },
    },
  },
  { feature: "a conversation that the provider keeps", said: { "openai-responses": { conversation: "conv_1" } } },
  {
    feature: "a field that nobody knows",
    said: {
      "openai-chat": { x_new: 1 },
      "openai-responses": { x_new: 1 },
      "anthropic-messages": { x_new: 1 },
      gemini: { xNew: 1 },
    },
  },
];
