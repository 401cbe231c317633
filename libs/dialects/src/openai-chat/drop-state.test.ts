import { expect, test } from "vitest";
import { renderFor } from "../codecs.ts";
import { quirksOfHost } from "./host-quirks.ts";
import { parseRequest } from "./parse-request.ts";

const call = { id: "c1", type: "function", function: { name: "f", arguments: "{}" } };
const signed = { ...call, extra_content: { google: { thought_signature: "c2ln" } } };
const details = [{ type: "reasoning.text", text: "Hm", signature: "c2ln", format: "anthropic-claude-v1", index: 0 }];
const said = {
  role: "assistant",
  content: null,
  reasoning_details: details,
  tool_calls: [signed, { ...call, id: "c2" }],
};
const body = {
  model: "auto",
  messages: [
    { role: "user", content: "Go." },
    said,
    { role: "tool", tool_call_id: "c1", content: "1" },
    { role: "tool", tool_call_id: "c2", content: "2" },
  ],
};

function sentTo(host: string): { message: unknown; losses: string[] } {
  const rendered = renderFor("openai-chat", parseRequest(body), {
    model: "m",
    maxOutputTokens: null,
    quirks: quirksOfHost(host),
  });
  const messages = rendered.body["messages"] as unknown[];
  return { message: messages[1], losses: rendered.losses.map(({ path, what, why }) => `${path} ${what} ${why}`) };
}

const NO_DETAILS = "messages[1].reasoning_details reasoning-signature foreign";
const NO_WORDS = "messages[1].reasoning_details reasoning no-equivalent";
const NO_SIGNATURE = "messages[1].tool_calls[0].extra_content call-signature foreign";
const { reasoning_details: _, ...unreasoned } = said;

test.each<[string, object, string[]]>([
  [
    "api.openai.com",
    { ...unreasoned, tool_calls: [call, { ...call, id: "c2" }] },
    [NO_DETAILS, NO_WORDS, NO_SIGNATURE],
  ],
  [
    "me.openai.azure.com",
    { ...unreasoned, tool_calls: [call, { ...call, id: "c2" }] },
    [NO_DETAILS, NO_WORDS, NO_SIGNATURE],
  ],
  ["generativelanguage.googleapis.com", unreasoned, [NO_DETAILS]],
  ["openrouter.ai", { ...said, tool_calls: [call, { ...call, id: "c2" }] }, [NO_SIGNATURE]],
])("B9 of the signed state in a caller's own body %s gets what it can read, as it came", (host, message, losses) => {
  expect(sentTo(host)).toEqual({ message, losses });
});

test("a body without signed state travels as it came, with details that nobody signed", () => {
  const plain = { ...said, reasoning_details: [{ type: "reasoning.text", text: "Hm" }], tool_calls: [call] };
  const asked = { ...body, messages: [body.messages[0], plain, body.messages[2]] };
  const rendered = renderFor("openai-chat", parseRequest(asked), { model: "m", maxOutputTokens: null });
  expect(rendered).toMatchObject({ body: { messages: asked.messages }, losses: [] });
});
