import { plainText } from "../check/plain-value.ts";
import type { NeutralMessage } from "../neutral/message.ts";
import { type NeutralPart, reasoningOf, refusalOf, type ToolCallPart, toolCallsOf } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { plainContent } from "./plain-content.ts";
import { buildCall } from "./build-answer.ts";
import { noteOrder } from "./part-order.ts";
import { renderReasoningDetails } from "./reasoning-details.ts";
import { isThinkingBlock, renderThinkingBlock } from "./thinking-blocks.ts";
import { type BuildContext, buildContent, buildMark } from "./build-content.ts";

/** The messages of a request that was read from another form. */
export function buildMessages(messages: readonly NeutralMessage[], context: BuildContext): JsonObject[] {
  const built: JsonObject[] = [];
  // Tools' results hold text alone in this format: what else they hold follows the results of its turn as the user's.
  let shown: JsonObject[] = [];
  for (const [index, message] of messages.entries()) {
    const path = `messages[${index}]`;
    if (message.role === "tool") {
      built.push(buildResult(message, path, { ...context, shown }));
      continue;
    }
    if (shown.length > 0) built.push({ role: "user", content: shown });
    shown = [];
    built.push(
      message.role === "assistant" ? buildAssistant(message, path, context) : buildTurn(message, path, context),
    );
  }
  if (shown.length > 0) built.push({ role: "user", content: shown });
  return built;
}

function buildTurn(message: NeutralMessage, path: string, context: BuildContext): JsonObject {
  const content = buildContent(message.parts, path, context);
  return { role: message.role, content: plainContent(content), ...nameOf(message) };
}

function buildAssistant(message: NeutralMessage, path: string, context: BuildContext): JsonObject {
  const { parts } = message;
  const content = buildContent(parts, path, context);
  const calls = toolCallsOf(parts);
  const refusal = refusalOf(parts);
  const reasoning = buildReasoning(parts, path, context);
  noteOrder(parts, path, context.losses);
  const isEmpty = content.length === 0;
  return {
    role: "assistant",
    content: isEmpty && (calls.length > 0 || refusal !== null) ? null : plainContent(content),
    ...(refusal === null ? {} : { refusal }),
    ...reasoning,
    ...(calls.length === 0 ? {} : { tool_calls: calls.map((call) => buildCall(fitCall(call, context))) }),
    ...nameOf(message),
  };
}

/** Earlier reasoning goes back where the host wants it; its state does where the host hands it on to the wire that can read it. */
function buildReasoning(parts: readonly NeutralPart[], path: string, context: BuildContext): JsonObject {
  const { losses, quirks } = context;
  const { reasoningField } = quirks;
  const isText = reasoningField === "reasoning_content" || reasoningField === "reasoning";
  const details: JsonObject[] = [];
  for (const [index, part] of parts.entries()) {
    const at = `${path}.parts[${index}]`;
    if (part.kind === "tool-call") noteCall(part, at, context);
    if (part.kind !== "reasoning") continue;
    const isBlock = reasoningField === "thinking_blocks" && isThinkingBlock(part);
    if (reasoningField === "reasoning_details") details.push(...renderReasoningDetails(part, index));
    else if (isBlock) details.push(renderThinkingBlock(part));
    else if (part.state !== undefined) losses.add(`${at}.state`, `reasoning-${part.state.kind}`, "foreign");
    const isKept = isText || reasoningField === "reasoning_details" || isBlock;
    if (part.text !== "" && !isKept) losses.add(at, "reasoning", "no-equivalent");
  }
  if (reasoningField === undefined || reasoningField === null) return {};
  const value = isText ? reasoningOf(parts) : details.length === 0 ? null : details;
  return value === null ? {} : { [reasoningField]: value };
}

function noteCall(call: ToolCallPart, path: string, context: BuildContext): void {
  const { losses } = context;
  if (call.cache !== undefined) losses.add(`${path}.cache`, "cache-mark", "no-equivalent");
  if (fitCall(call, context).state !== call.state) losses.add(`${path}.state`, "call-signature", "foreign");
}

/** A call with its signature where the host can read it. */
function fitCall(call: ToolCallPart, { quirks }: BuildContext): ToolCallPart {
  if (call.state === undefined || (quirks.callSignatures === true && call.state.wire === "gemini")) return call;
  const { state: _, ...unsigned } = call;
  return unsigned;
}

function buildResult(
  message: NeutralMessage & { role: "tool" },
  path: string,
  context: BuildContext & { shown: JsonObject[] },
): JsonObject {
  const { losses, shown } = context;
  if (message.isError === true) losses.add(`${path}.isError`, "tool-error", "no-equivalent");
  const marked = buildMark(message.cache, path, context);
  const content = buildContent(message.parts, path, context);
  const text = content.filter((part) => part["type"] === "text");
  if (text.length > 1) losses.add(`${path}.parts`, "tool-result-parts", "approximated");
  const others = content.filter((part) => part["type"] !== "text");
  if (others.length > 0) {
    losses.add(path, "tool-result-media", "approximated");
    shown.push({ type: "text", text: `The result of ${message.callId ?? message.name ?? "the tool"}:` }, ...others);
  }
  if (message.callId === null) return { role: "function", name: message.name ?? "", content: joined(text) };
  return { role: "tool", tool_call_id: message.callId, content: joined(text), ...marked };
}

function joined(content: readonly JsonObject[]): string {
  return content.map((part) => plainText(part["text"])).join("\n");
}

function nameOf({ name }: NeutralMessage): JsonObject {
  return name === undefined ? {} : { name };
}
