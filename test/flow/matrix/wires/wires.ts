import type { WireName } from "@signalbox/proto";
import { anthropicMessagesFake } from "./anthropic-messages.ts";
import { azureOpenaiFake } from "./azure-openai.ts";
import { bedrockFake } from "./bedrock-converse.ts";
import { cohereFake } from "./cohere-v2.ts";
import { geminiFake } from "./gemini.ts";
import { mistralFake } from "./mistral.ts";
import { openaiChatFake } from "./openai-chat.ts";
import { openaiResponsesFake } from "./openai-responses.ts";
import type { WireFake } from "./wire-fake.ts";

/** A played provider for every wire. */
export const WIRE_FAKES: Readonly<Record<WireName, WireFake>> = {
  "openai-chat": openaiChatFake,
  "openai-responses": openaiResponsesFake,
  "anthropic-messages": anthropicMessagesFake,
  gemini: geminiFake,
  "bedrock-converse": bedrockFake,
  "azure-openai": azureOpenaiFake,
  "cohere-v2": cohereFake,
  mistral: mistralFake,
};
