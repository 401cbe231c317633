import { expect, test } from "vitest";
import { ingressOf, renderFor } from "./codecs.ts";

const BODY = { model: "auto", max_tokens: 9, messages: [{ role: "user", content: "Hi" }] };

test.each(["anthropic-messages", "openai-chat", "bedrock-converse"] as const)(
  "B15 whose account a caller names reaches no provider of %s, and is told as overruled",
  (wire) => {
    const envelope = { accounts: ["anthropic-workspace-id"] };
    const request = ingressOf("anthropic-messages").parseRequest(BODY, envelope);
    const rendered = renderFor(wire, request, { model: "m", maxOutputTokens: null });
    expect(rendered.headers).not.toHaveProperty("anthropic-workspace-id");
    expect(rendered.losses).toEqual([{ path: "anthropic-workspace-id", what: "account", why: "overruled" }]);
  },
);
