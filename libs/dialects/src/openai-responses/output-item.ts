import { plainText } from "../check/plain-value.ts";
import { isObject } from "../check/check-value.ts";
import { objectsOf } from "../check/field-value.ts";
import type { ImagePart, NeutralPart, TextPart, ToolCallPart } from "../neutral/part.ts";
import type { ReasoningState } from "../neutral/reasoning-state.ts";
import type { JsonObject } from "../neutral/source.ts";
import { argumentsText, mintedCallId } from "../neutral/tool-call-text.ts";
import { readAnnotations } from "./annotations.ts";
import { readReasoningItem } from "./reasoning-item.ts";

type Output = { readonly parts: readonly NeutralPart[]; readonly logprobs: readonly unknown[] };

/** The items of an answer as parts. `seed` makes ids for calls that have none. */
export function readOutput(output: readonly unknown[], seed: string): Output {
  const parts: NeutralPart[] = [];
  const logprobs: unknown[] = [];
  let signing: ReasoningState | null = null;
  let calls = 0;
  for (const item of output) {
    if (!isObject(item)) continue;
    const { type } = item;
    if (type === "message") addMessage(item, parts, logprobs);
    else if (isCall(item)) {
      const call = readCall(item, mintedCallId(seed, calls));
      parts.push(signing === null ? call : { ...call, state: signing });
      signing = null;
      calls += 1;
    } else if (type === "reasoning") signing = addReasoning(item, parts) ?? signing;
    else parts.push(readOther(item));
  }
  return { parts, logprobs };
}

function addMessage(item: JsonObject, parts: NeutralPart[], logprobs: unknown[]): void {
  for (const part of objectsOf(item["content"])) {
    const { type, text, refusal } = part;
    if (type === "output_text" && typeof text === "string") {
      const annotations = readAnnotations(part["annotations"]);
      parts.push({ kind: "text", text, ...(annotations.length === 0 ? undefined : { annotations }) });
      if (Array.isArray(part["logprobs"])) logprobs.push(...(part["logprobs"] as unknown[]));
    } else if (type === "refusal" && typeof refusal === "string") parts.push({ kind: "refusal", text: refusal });
    else parts.push({ kind: "other", type: plainText(type), form: "openai-responses", body: part });
  }
}

/** Gives back the state of the next call, where the item carries one. */
function addReasoning(item: JsonObject, parts: NeutralPart[]): ReasoningState | null {
  const reading = readReasoningItem(item);
  if (reading === null) return null;
  if (reading.kind === "part") {
    parts.push(reading.part);
    return null;
  }
  const { bearer, state } = reading.content;
  if (bearer === "call") return state;
  const at = parts.findLastIndex((part) => part.kind === "text");
  if (at !== -1) parts[at] = { ...(parts[at] as TextPart), state };
  return null;
}

/** xAI's own search says what it does as calls of custom tools, which are none of the caller's. */
const SERVER_TOOLS = new Set<unknown>([
  "x_user_search",
  "x_keyword_search",
  "x_semantic_search",
  "x_thread_fetch",
  "view_x_video",
]);

/** Whether an item asks the caller to run a tool. */
export function isCall({ type, name }: JsonObject): boolean {
  return type === "function_call" || (type === "custom_tool_call" && !SERVER_TOOLS.has(name));
}

/** A call; one without an id gets `fallbackId`. */
export function readCall(item: JsonObject, fallbackId: string): ToolCallPart {
  const isCustom = item["type"] === "custom_tool_call";
  const id = typeof item["call_id"] === "string" && item["call_id"] !== "" ? item["call_id"] : fallbackId;
  return {
    kind: "tool-call",
    id,
    name: typeof item["name"] === "string" ? item["name"] : "",
    arguments: argumentsText(item[isCustom ? "input" : "arguments"]),
    ...(isCustom ? { custom: true } : undefined),
  };
}

/** An item of a provider's own tool: a picture that it drew, or something that only this dialect understands. */
export function readOther(item: JsonObject): ImagePart | (NeutralPart & { kind: "other" }) {
  const { type, result, output_format: format } = item;
  if (type === "image_generation_call" && typeof result === "string") {
    const mime = `image/${typeof format === "string" ? format : "png"}`;
    return { kind: "image", source: { kind: "base64", mime, data: result }, detail: null };
  }
  return { kind: "other", type: plainText(type), form: "openai-responses", body: item };
}
