import { anthropicEnvelope } from "../chat/chat-endpoints.ts";
import type { Route } from "../http/route.ts";
import { COUNT_FORMS } from "./count-form.ts";
import type { TokenCounter } from "./token-counter.ts";

/** The URLs to count tokens of Anthropic and OpenAI. Gemini's is a method at the URL of its chat: see `CHAT_ENDPOINTS`. */
export function countRoutes(counter: TokenCounter): Route[] {
  return [
    {
      method: "POST",
      path: "/v1/messages/count_tokens",
      access: "ask",
      handle(exchange) {
        const form = COUNT_FORMS["anthropic-messages"];
        return counter.answer(exchange, { form, envelope: anthropicEnvelope(exchange.request) });
      },
    },
    {
      method: "POST",
      path: "/v1/responses/input_tokens",
      access: "ask",
      handle(exchange) {
        return counter.answer(exchange, { form: COUNT_FORMS["openai-responses"], envelope: null });
      },
    },
  ];
}
