import { placedCallId, withCallIds } from "../neutral/call-ids.ts";
import type { NeutralMessage } from "../neutral/message.ts";
import type { NeutralPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { systemFirst } from "../neutral/system-first.ts";
import { buildFunctionCall } from "../openai-chat/build-function-call.ts";
import { noteCallOrder } from "../openai-chat/part-order.ts";
import { plainContent } from "../openai-chat/plain-content.ts";
import { buildContent, buildPart, type Context } from "./build-content.ts";

/** The messages of a request. Cohere wants the system's words first, so those that come later are moved there. */
export function buildMessages(messages: readonly NeutralMessage[], context: Context): JsonObject[] {
  const built: JsonObject[] = [];
  // Results of tools hold text alone: what else they hold follows the results of their turn as the user's.
  let shown: JsonObject[] = [];
  for (const { message, path } of systemFirst(withCallIds(messages, placedCallId), context.losses)) {
    if (message.role === "tool") {
      built.push(buildResult(message, path, { ...context, shown }));
      continue;
    }
    if (shown.length > 0) built.push({ role: "user", content: shown });
    shown = [];
    built.push(buildTurn(message, path, context));
  }
  if (shown.length > 0) built.push({ role: "user", content: shown });
  return built;
}

function buildTurn(message: NeutralMessage, path: string, context: Context): JsonObject {
  const { role, parts, name } = message;
  if (name !== undefined) context.losses.add(`${path}.name`, "name", "no-equivalent");
  if (role === "assistant") return buildAssistant(message, path, context);
  if (role === "user") return { role, content: plainContent(buildContent(parts, path, context)) };
  return {
    role: "system",
    content: plainContent(parts.flatMap((part, at) => textOf(part, `${path}.parts[${at}]`, context))),
  };
}

/**
 * Reasoning that leads straight to calls is what Cohere calls the tool plan, and any other is a part of type `thinking`. The state that
 * another provider signed it with means nothing here.
 */
function buildAssistant({ parts }: NeutralMessage, path: string, context: Context): JsonObject {
  const calls = parts.filter((part) => part.kind === "tool-call");
  const before = parts.findLast(({ kind }) => kind !== "tool-call" && kind !== "other");
  const plan = calls.length > 0 && before?.kind === "reasoning" ? before : null;
  noteStates(parts, path, context);
  noteCallOrder(parts, path, context.losses);
  const content = parts.flatMap((part, index): JsonObject[] => {
    if (part.kind !== "reasoning") return textOf(part, `${path}.parts[${index}]`, context);
    return part === plan || part.text === "" ? [] : [{ type: "thinking", thinking: part.text }];
  });
  return {
    role: "assistant",
    ...(content.length === 0 && calls.length > 0 ? {} : { content: plainContent(content) }),
    ...(plan === null || plan.text === "" ? {} : { tool_plan: plan.text }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(buildFunctionCall) }),
  };
}

function noteStates(parts: readonly NeutralPart[], path: string, { losses }: Context): void {
  for (const [index, part] of parts.entries()) {
    const at = `${path}.parts[${index}]`;
    if (part.kind === "reasoning" && part.state !== undefined) {
      losses.add(`${at}.state`, `reasoning-${part.state.kind}`, "foreign");
    }
    if (part.kind !== "tool-call") continue;
    if (part.state !== undefined) losses.add(`${at}.state`, "call-signature", "foreign");
    if (part.cache !== undefined) losses.add(`${at}.cache`, "cache-mark", "no-equivalent");
    if (part.custom === true) losses.add(at, "custom-tool-call", "approximated");
  }
}

function buildResult(
  message: NeutralMessage & { readonly role: "tool"; readonly callId: string },
  path: string,
  context: Context & { readonly shown: JsonObject[] },
): JsonObject {
  const { losses, shown } = context;
  if (message.isError === true) losses.add(`${path}.isError`, "tool-error", "no-equivalent");
  if (message.cache !== undefined) losses.add(`${path}.cache`, "cache-mark", "no-equivalent");
  const content = buildContent(message.parts, path, context);
  const text = content.filter((part) => part["type"] === "text");
  const others = content.filter((part) => part["type"] !== "text");
  if (others.length > 0) {
    losses.add(path, "tool-result-media", "approximated");
    shown.push({ type: "text", text: `The result of ${message.callId}:` }, ...others);
  }
  return { role: "tool", tool_call_id: message.callId, content: plainContent(text) };
}

/** System and assistant messages take text alone. */
function textOf(part: NeutralPart, path: string, context: Context): JsonObject[] {
  if (part.kind === "image") {
    context.losses.add(path, "image", "no-equivalent");
    return [];
  }
  const built = buildPart(part, path, context);
  return built === null ? [] : [built];
}
