import { anthropicEnvelope } from "../chat/chat-endpoints.ts";
import type { Route } from "../http/route.ts";
import { COUNT_FORMS } from "./count-form.ts";
import type { TokenCounter } from "./token-counter.ts";

/** Anthropic's count has a URL of its own; Gemini's is a method of its models, and comes in by the route of its chat. */
export function countRoutes(counter: TokenCounter): Route[] {
  const form = COUNT_FORMS["anthropic-messages"];
  return [
    {
      method: "POST",
      path: "/v1/messages/count_tokens",
      access: "ask",
      handle(exchange) {
        return counter.answer(exchange, { form, envelope: anthropicEnvelope(exchange.request) });
      },
    },
  ];
}
