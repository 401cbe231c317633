import type { LossList } from "../neutral/loss.ts";
import type { NeutralMessage } from "../neutral/message.ts";
import type { NeutralPart, ReasoningPart, ToolCallPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { plainContent } from "../openai-chat/plain-content.ts";
import { renderAnnotation } from "./annotations.ts";
import { buildInputParts, loseMark } from "./build-part.ts";

type BuiltInput = { readonly instructions: string | null; readonly input: readonly JsonObject[] };

/** The conversation of a request that was read from another form. System text that comes first becomes the instructions. */
export function buildInput(messages: readonly NeutralMessage[], losses: LossList): BuiltInput {
  const instructions = instructionsOf(messages[0], losses);
  const input: JsonObject[] = [];
  for (const [index, message] of messages.entries()) {
    if (index === 0 && instructions !== null) continue;
    const path = `messages[${index}]`;
    if (message.name !== undefined && message.role !== "tool") losses.add(`${path}.name`, "name", "no-equivalent");
    if (message.role === "tool") input.push(buildResult(message, path, losses));
    else if (message.role === "assistant") input.push(...buildAssistant(message.parts, path, losses));
    else input.push({ role: message.role, content: plainContent(buildInputParts(message.parts, path, losses)) });
  }
  return { instructions, input };
}

function instructionsOf(message: NeutralMessage | undefined, losses: LossList): string | null {
  if (message?.role !== "system" || message.parts.length !== 1) return null;
  const [part] = message.parts;
  if (part?.kind !== "text") return null;
  if (message.name !== undefined) losses.add("messages[0].name", "name", "no-equivalent");
  return plainContent(buildInputParts(message.parts, "messages[0]", losses)) as string;
}

/** One item for each run of words and one for each call or thought, in their order. */
function buildAssistant(parts: readonly NeutralPart[], path: string, losses: LossList): JsonObject[] {
  const items: JsonObject[] = [];
  let content: JsonObject[] = [];
  const flush = (): void => {
    if (content.length > 0) items.push({ role: "assistant", content });
    content = [];
  };
  for (const [index, part] of parts.entries()) {
    const at = `${path}.parts[${index}]`;
    const words = buildWords(part, at, losses);
    if (words !== null) {
      content.push(words);
      continue;
    }
    const item = buildItem(part, at, losses);
    if (item === null) continue;
    flush();
    items.push(item);
  }
  flush();
  return items;
}

function buildWords(part: NeutralPart, path: string, losses: LossList): JsonObject | null {
  if (part.kind === "refusal") return { type: "refusal", refusal: part.text };
  if (part.kind !== "text") return null;
  loseMark(part, path, losses);
  if (part.state !== undefined) losses.add(`${path}.state`, "text-signature", "foreign");
  const annotations = (part.annotations ?? []).flatMap((annotation) => {
    const rendered = renderAnnotation(annotation, part.text.length);
    if (rendered === null) losses.add(`${path}.annotations`, "citation", "no-equivalent");
    return rendered ?? [];
  });
  return { type: "output_text", text: part.text, annotations };
}

function buildItem(part: NeutralPart, path: string, losses: LossList): JsonObject | null {
  if (part.kind === "tool-call") return buildCall(part, path, losses);
  if (part.kind === "reasoning") return buildReasoning(part, path, losses);
  const isForeign = part.kind === "other";
  losses.add(path, isForeign ? part.type : part.kind, isForeign ? "foreign" : "no-equivalent");
  return null;
}

function buildCall(part: ToolCallPart, path: string, losses: LossList): JsonObject {
  loseMark(part, path, losses);
  if (part.state !== undefined) losses.add(`${path}.state`, "call-signature", "foreign");
  const head = { call_id: callIdOf(part.id, part.name), name: part.name };
  if (part.custom === true) return { type: "custom_tool_call", ...head, input: part.arguments };
  return { type: "function_call", ...head, arguments: part.arguments };
}

/** The provider takes back what it encrypted; words alone, and another's state, it cannot use. */
function buildReasoning(part: ReasoningPart, path: string, losses: LossList): JsonObject | null {
  const { text, id, state } = part;
  if (state?.wire === "openai-responses" && state.kind === "encrypted") {
    const summary = text === "" ? [] : [{ type: "summary_text", text }];
    return { type: "reasoning", ...(id === undefined ? {} : { id }), summary, encrypted_content: state.value };
  }
  if (state !== undefined) losses.add(`${path}.state`, `reasoning-${state.kind}`, "foreign");
  if (text !== "") losses.add(path, "reasoning", "no-equivalent");
  return null;
}

function buildResult(message: NeutralMessage & { role: "tool" }, path: string, losses: LossList): JsonObject {
  if (message.isError === true) losses.add(`${path}.isError`, "tool-error", "no-equivalent");
  if (message.cache !== undefined) losses.add(`${path}.cache`, "cache-mark", "no-equivalent");
  const output = plainContent(buildInputParts(message.parts, path, losses));
  const type = message.custom === true ? "custom_tool_call_output" : "function_call_output";
  return { type, call_id: callIdOf(message.callId ?? "", message.name ?? ""), output };
}

/** The legacy calls of Chat Completions have no id, and their results name the function. */
function callIdOf(id: string, name: string): string {
  return id === "" ? `call_${name}` : id;
}
