import { json } from "../../../kit/upstream.ts";
import { openaiChatFake } from "./openai-chat.ts";
import type { WireFake } from "./wire-fake.ts";

/** The form is OpenAI's; errors and the credentials' header are not. */
export const azureOpenaiFake: WireFake = {
  ...openaiChatFake,
  failure: () =>
    json(429, { error: { code: "429", message: "Requests have exceeded call rate limit." } }, { "retry-after": "7" }),
};
