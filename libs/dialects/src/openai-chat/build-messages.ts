import type { LossList } from "../neutral/loss.ts";
import type { NeutralMessage } from "../neutral/message.ts";
import { type NeutralPart, reasoningOf, refusalOf, toolCallsOf } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { RequestQuirks } from "../request-quirks.ts";
import { buildCall } from "./build-answer.ts";
import { buildContent } from "./build-content.ts";

type Context = { readonly losses: LossList; readonly quirks: RequestQuirks };

/** The messages of a request that was read from another form. */
export function buildMessages(messages: readonly NeutralMessage[], context: Context): JsonObject[] {
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

function buildTurn(message: NeutralMessage, path: string, { losses }: Context): JsonObject {
  const content = buildContent(message.parts, path, losses);
  return { role: message.role, content: plain(content), ...nameOf(message) };
}

function buildAssistant(message: NeutralMessage, path: string, { losses, quirks }: Context): JsonObject {
  const { parts } = message;
  const content = buildContent(parts, path, losses);
  const calls = toolCallsOf(parts);
  const refusal = refusalOf(parts);
  const reasoning = buildReasoning(parts, path, { losses, quirks });
  const isEmpty = content.length === 0;
  return {
    role: "assistant",
    content: isEmpty && (calls.length > 0 || refusal !== null) ? null : plain(content),
    ...(refusal === null ? {} : { refusal }),
    ...reasoning,
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(buildCall) }),
    ...nameOf(message),
  };
}

/** Earlier reasoning goes back where the host wants it; nobody but its own wire can use its state. */
function buildReasoning(parts: readonly NeutralPart[], path: string, { losses, quirks }: Context): JsonObject {
  for (const [index, part] of parts.entries()) {
    const at = `${path}.parts[${index}]`;
    if (part.kind === "tool-call" && part.state !== undefined && part.state.wire !== "gemini") {
      losses.add(`${at}.state`, "call-signature", "foreign");
    }
    if (part.kind !== "reasoning") continue;
    if (part.state !== undefined) losses.add(`${at}.state`, `reasoning-${part.state.kind}`, "foreign");
    if (part.text !== "" && quirks.reasoningField === undefined) losses.add(at, "reasoning", "no-equivalent");
  }
  const text = quirks.reasoningField === undefined ? null : reasoningOf(parts);
  return text === null ? {} : { [quirks.reasoningField ?? ""]: text };
}

function buildResult(
  message: NeutralMessage & { role: "tool" },
  path: string,
  context: Context & { shown: JsonObject[] },
): JsonObject {
  const { losses, shown } = context;
  if (message.isError === true) losses.add(`${path}.isError`, "tool-error", "no-equivalent");
  if (message.cache !== undefined) losses.add(`${path}.cache`, "cache-mark", "no-equivalent");
  const content = buildContent(message.parts, path, losses);
  const text = content.filter((part) => part["type"] === "text");
  const others = content.filter((part) => part["type"] !== "text");
  if (others.length > 0) {
    losses.add(path, "tool-result-media", "approximated");
    shown.push({ type: "text", text: `The result of ${message.callId ?? message.name ?? "the tool"}:` }, ...others);
  }
  if (message.callId === null) return { role: "function", name: message.name ?? "", content: joined(text) };
  return { role: "tool", tool_call_id: message.callId, content: joined(text) };
}

function joined(content: readonly JsonObject[]): string {
  return content.map((part) => String(part["text"])).join("\n");
}

/** A message of one text is written as that text, which every host takes. */
function plain(content: readonly JsonObject[]): unknown {
  const [first] = content;
  if (first === undefined) return "";
  return content.length === 1 && first["type"] === "text" ? first["text"] : content;
}

function nameOf({ name }: NeutralMessage): JsonObject {
  return name === undefined ? {} : { name };
}
