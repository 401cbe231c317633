import { geminiConfig, type Sample } from "./sample.ts";

const SIGNATURE = "c2lnbmVk";
const ASKED = { role: "user", content: "Hello" };

/** How the model is to reason, and what it has reasoned before. */
export const REASONING_SAMPLES: readonly Sample[] = [
  {
    feature: "effort of reasoning",
    said: {
      "openai-chat": { reasoning_effort: "high" },
      "openai-responses": { reasoning: { effort: "high" } },
      "anthropic-messages": { thinking: { type: "adaptive" }, output_config: { effort: "high" } },
      gemini: geminiConfig({ thinkingConfig: { thinkingLevel: "HIGH" } }),
    },
  },
  {
    feature: "tokens of reasoning",
    said: {
      "anthropic-messages": { max_tokens: 8_192, thinking: { type: "enabled", budget_tokens: 2_048 } },
      gemini: geminiConfig({ thinkingConfig: { thinkingBudget: 2_048 } }),
    },
  },
  {
    feature: "reasoning shown",
    said: {
      "openai-responses": { reasoning: { effort: "high", summary: "auto" } },
      gemini: geminiConfig({ thinkingConfig: { includeThoughts: true } }),
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
