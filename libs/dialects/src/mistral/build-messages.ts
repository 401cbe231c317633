import { type WithCallId, withCallIds } from "../neutral/call-ids.ts";
import type { LossList } from "../neutral/loss.ts";
import type { NeutralMessage } from "../neutral/message.ts";
import { toolCallsOf } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { type PlacedMessage, systemFirst } from "../neutral/system-first.ts";
import { buildFunctionCall } from "../openai-chat/build-function-call.ts";
import { noteCallOrder } from "../openai-chat/part-order.ts";
import { plainContent } from "../openai-chat/plain-content.ts";
import { buildContent } from "./build-content.ts";
import { mistralCallId } from "./call-id.ts";

/** What an assistant says where Mistral wants it to say something before the user may go on; an empty message is refused. */
const BRIDGE = { role: "assistant", content: "OK." };

/**
 * The messages of a request. Mistral wants an order (`invalid_request_message_order`): the system first, an assistant's answer after the
 * results of tools, and at the end a user's or a tool's turn, unless the assistant's words are marked as the start of the answer.
 */
export function buildMessages(messages: readonly NeutralMessage[], losses: LossList): JsonObject[] {
  const placed = systemFirst(withCallIds(messages, mistralCallId), losses);
  const built: JsonObject[] = [];
  for (const [at, { message, path }] of placed.entries()) {
    if (message.role === "user" && placed[at - 1]?.message.role === "tool") {
      losses.add(path, "turn-order", "approximated");
      built.push(BRIDGE);
    }
    built.push(buildMessage({ message, path }, at === placed.length - 1, losses));
  }
  return built;
}

function buildMessage({ message, path }: PlacedMessage<WithCallId>, isLast: boolean, losses: LossList): JsonObject {
  const content = plainContent(buildContent(message.parts, path, losses));
  if (message.role === "tool") {
    if (message.isError === true) losses.add(`${path}.isError`, "tool-error", "no-equivalent");
    if (message.cache !== undefined) losses.add(`${path}.cache`, "cache-mark", "no-equivalent");
    return {
      role: "tool",
      tool_call_id: message.callId,
      ...(message.name === undefined ? {} : { name: message.name }),
      content,
    };
  }
  if (message.name !== undefined) losses.add(`${path}.name`, "name", "no-equivalent");
  if (message.role === "user") return { role: "user", content };
  if (message.role !== "assistant") return { role: "system", content };
  const calls = toolCallsOf(message.parts);
  noteCallOrder(message.parts, path, losses);
  return {
    role: "assistant",
    content,
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(buildFunctionCall) }),
    ...(isLast && calls.length === 0 ? { prefix: true } : {}),
  };
}
