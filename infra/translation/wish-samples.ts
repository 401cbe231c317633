import type { Sample } from "./sample.ts";

const SCHEMA = {
  type: "object",
  properties: { at: { type: "string" } },
  required: ["at"],
  additionalProperties: false,
};
const SIGNATURE = "c2lnbmVk";
const ASKED = { role: "user", content: "Hello" };

const gemini = (generationConfig: object): { generationConfig: object } => ({ generationConfig });

/** How the model is to reason, and what it has reasoned before. */
export const REASONING_SAMPLES: readonly Sample[] = [
  {
    feature: "effort of reasoning",
    said: {
      "openai-chat": { reasoning_effort: "high" },
      "openai-responses": { reasoning: { effort: "high" } },
      "anthropic-messages": { thinking: { type: "adaptive" }, output_config: { effort: "high" } },
      gemini: gemini({ thinkingConfig: { thinkingLevel: "HIGH" } }),
    },
  },
  {
    feature: "tokens of reasoning",
    said: {
      "anthropic-messages": { max_tokens: 8_192, thinking: { type: "enabled", budget_tokens: 2_048 } },
      gemini: gemini({ thinkingConfig: { thinkingBudget: 2_048 } }),
    },
  },
  {
    feature: "reasoning shown",
    said: {
      "openai-responses": { reasoning: { effort: "high", summary: "auto" } },
      gemini: gemini({ thinkingConfig: { includeThoughts: true } }),
    },
  },
  {
    feature: "earlier reasoning",
    said: {
      "openai-chat": { messages: [ASKED, { role: "assistant", content: "Hi", reasoning_content: "Hm" }, ASKED] },
    },
  },
  {
    feature: "earlier reasoning, signed",
    said: {
      "openai-responses": {
        input: [
          ASKED,
          { type: "reasoning", id: "rs_1", summary: [], encrypted_content: SIGNATURE },
          { role: "assistant", content: [{ type: "output_text", text: "Hi" }] },
          ASKED,
        ],
      },
      "anthropic-messages": {
        messages: [
          ASKED,
          {
            role: "assistant",
            content: [
              { type: "thinking", thinking: "Hm", signature: SIGNATURE },
              { type: "text", text: "Hi" },
            ],
          },
          ASKED,
        ],
      },
      gemini: {
        contents: [
          { role: "user", parts: [{ text: "Hello" }] },
          { role: "model", parts: [{ text: "Hi", thoughtSignature: SIGNATURE }] },
          { role: "user", parts: [{ text: "Go on" }] },
        ],
      },
    },
  },
];

/** What form the answer is to have. */
export const FORM_SAMPLES: readonly Sample[] = [
  {
    feature: "JSON",
    said: {
      "openai-chat": { response_format: { type: "json_object" } },
      "openai-responses": { text: { format: { type: "json_object" } } },
      gemini: gemini({ responseMimeType: "application/json" }),
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
      gemini: gemini({ responseMimeType: "application/json", responseJsonSchema: SCHEMA }),
    },
  },
  {
    feature: "verbosity",
    said: { "openai-chat": { verbosity: "low" }, "openai-responses": { text: { verbosity: "low" } } },
  },
  { feature: "several answers", said: { "openai-chat": { n: 2 }, gemini: gemini({ candidateCount: 2 }) } },
  {
    feature: "log probabilities",
    said: {
      "openai-chat": { logprobs: true, top_logprobs: 2 },
      "openai-responses": { top_logprobs: 2, include: ["message.output_text.logprobs"] },
      gemini: gemini({ responseLogprobs: true, logprobs: 2 }),
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
      gemini: gemini({ temperature: 0.5 }),
    },
  },
  {
    feature: "temperature 1.5",
    said: {
      "openai-chat": { temperature: 1.5 },
      "openai-responses": { temperature: 1.5 },
      gemini: gemini({ temperature: 1.5 }),
    },
  },
  {
    feature: "top-p",
    said: {
      "openai-chat": { top_p: 0.9 },
      "openai-responses": { top_p: 0.9 },
      "anthropic-messages": { top_p: 0.9 },
      gemini: gemini({ topP: 0.9 }),
    },
  },
  { feature: "top-k", said: { "anthropic-messages": { top_k: 40 }, gemini: gemini({ topK: 40 }) } },
  {
    feature: "penalties",
    said: {
      "openai-chat": { frequency_penalty: 0.5, presence_penalty: 0.5 },
      gemini: gemini({ frequencyPenalty: 0.5, presencePenalty: 0.5 }),
    },
  },
  { feature: "seed", said: { "openai-chat": { seed: 7 }, gemini: gemini({ seed: 7 }) } },
  {
    feature: "stop text",
    said: {
      "openai-chat": { stop: ["END"] },
      "anthropic-messages": { stop_sequences: ["END"] },
      gemini: gemini({ stopSequences: ["END"] }),
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
