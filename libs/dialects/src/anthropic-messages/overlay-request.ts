import type { TranslationLoss } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import type { RenderRequestOptions } from "../egress-codec.ts";
import { LossList } from "../neutral/loss.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { BUDGET_MIN_TOKENS } from "./build-thinking.ts";
import { readCarriedState } from "./carried-state.ts";
import { isMadeCitation } from "./citations.ts";

/**
 * A caller's own body with only what must differ laid over it: the model, a lower bound, and what an answer of another wire left in the
 * history, because Anthropic refuses a signature or a citation that it did not make.
 */
export function overlayRequest(
  { source, maxOutputTokens }: NeutralRequest,
  { model, maxOutputTokens: cap }: RenderRequestOptions,
): { readonly fields: JsonObject; readonly losses: readonly TranslationLoss[] } {
  const losses = new LossList();
  const fields: Record<string, unknown> = { ...source.body, model };
  if (cap !== null && (maxOutputTokens === null || cap < maxOutputTokens)) bound(fields, cap, losses);
  const { messages } = source.body;
  if (Array.isArray(messages)) {
    fields["messages"] = cleanMessages(messages as readonly unknown[], { model, losses });
  }
  return { fields, losses: losses.all };
}

/** A budget for thinking must stay below the bound that it counts towards. */
function bound(fields: Record<string, unknown>, cap: number, losses: LossList): void {
  fields["max_tokens"] = cap;
  const { thinking } = fields;
  const budget = isObject(thinking) ? thinking["budget_tokens"] : undefined;
  if (typeof budget !== "number" || budget < cap) return;
  losses.add("thinking.budget_tokens", "reasoning-budget", "out-of-range");
  if (cap > BUDGET_MIN_TOKENS) fields["thinking"] = { ...(thinking as JsonObject), budget_tokens: cap - 1 };
  else delete fields["thinking"];
}

type Context = { readonly model: string; readonly losses: LossList };

function cleanMessages(messages: readonly unknown[], context: Context): readonly unknown[] {
  let cleaned: unknown[] | null = null;
  for (const [index, message] of messages.entries()) {
    const clean = cleanMessage(message, `messages[${index}]`, context);
    if (clean === message) cleaned?.push(message);
    else {
      cleaned ??= messages.slice(0, index);
      if (clean !== null) cleaned.push(clean);
    }
  }
  // Most conversations hold nothing of another wire, and travel as they are.
  return cleaned ?? messages;
}

function cleanMessage(message: unknown, path: string, context: Context): unknown {
  if (!isObject(message) || message["role"] !== "assistant" || !Array.isArray(message["content"])) return message;
  const before = message["content"] as readonly unknown[];
  const content = before.flatMap((block, index) => cleanBlock(block, `${path}.content[${index}]`, context) ?? []);
  if (content.length === before.length && content.every((block, index) => block === before[index])) return message;
  return content.length === 0 ? null : { ...message, content };
}

function cleanBlock(block: unknown, path: string, { model, losses }: Context): unknown {
  if (!isObject(block)) return block;
  const { type, signature, data, citations } = block;
  const carried = readCarriedState(String(type === "thinking" ? signature : data));
  if (carried !== null && (type === "thinking" || type === "redacted_thinking")) {
    const { wire, kind, value } = carried.state;
    if (wire === "anthropic-messages" && kind === "signature" && type === "thinking")
      return { ...block, signature: value };
    if (wire === "anthropic-messages" && kind === "redacted") return { type: "redacted_thinking", data: value };
    losses.add(path, carried.owner === "reasoning" ? "reasoning" : `${carried.owner}-signature`, "foreign");
    return null;
  }
  // Hosts of other models behind this wire sign nothing, and want their thinking back.
  if (type === "thinking" && !signature && /claude/i.test(model)) {
    losses.add(path, "reasoning", "foreign");
    return null;
  }
  if (type === "text" && Array.isArray(citations) && citations.some(isMadeCitation)) {
    losses.add(`${path}.citations`, "citation", "foreign");
    return { ...block, citations: citations.filter((each) => !isMadeCitation(each)) };
  }
  return block;
}
