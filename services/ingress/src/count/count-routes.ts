import { anthropicEnvelope } from "../chat/chat-endpoints.ts";
import type { Route } from "../http/route.ts";
import { COUNT_FORMS } from "./count-form.ts";
import type { TokenCounter } from "./token-counter.ts";

/**
 * Anthropic's count and OpenAI's have URLs of their own; Gemini's is a method of its models, and comes in by the route
 * of its chat.
 */
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
