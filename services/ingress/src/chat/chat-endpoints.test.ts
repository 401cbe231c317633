import { expect, test } from "vitest";
import { anthropicEnvelope, openaiEnvelope } from "./chat-endpoints.ts";

test.each([
  ["speakeasy-sdk/typescript 2.7.0 2.884.13 1.0.0 @mistralai/mistralai", { wholeCalls: true }],
  ["mistral-client-python/1.9.11", { wholeCalls: true }],
  ["ai-sdk/xai/3.0.138 ai-sdk/provider-utils/4.0.9 runtime/node.js/24", { wholeCalls: true }],
  ["OpenAI/JS 7.57.0", null],
  [undefined, null],
])("a client that names itself %j is told calls as %j", (agent, envelope) => {
  const headers = agent === undefined ? {} : { "user-agent": agent };
  expect(openaiEnvelope({ headers })).toEqual(envelope);
});

test("a header that names an account at a vendor is kept by its name alone", () => {
  const headers = { "anthropic-workspace-id": "wrkspc_1", "anthropic-user-profile-id": "up_1" };
  expect(anthropicEnvelope({ headers })).toEqual({
    accounts: ["anthropic-user-profile-id", "anthropic-workspace-id"],
  });
});
