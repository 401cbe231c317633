import { isObject } from "../check/check-value.ts";
import type { LossList } from "../neutral/loss.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { NeutralMessage } from "../neutral/message.ts";
import { type NeutralPart, reasoningOf, type ReasoningPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { REASONING_FIELDS, type ReasoningField, type RequestQuirks } from "../request-quirks.ts";
import type { Body } from "./apply-quirks.ts";
import { renderReasoningDetails } from "./reasoning-details.ts";
import { isThinkingBlock, renderThinkingBlock } from "./thinking-blocks.ts";

type Context = { readonly field: ReasoningField | null; readonly losses: LossList };

/**
 * Puts the earlier reasoning of a caller's own body where its host wants it: clients send back what another host called it, and hosts that
 * know no such field refuse the request. Where nothing is known of the host it travels as it came.
 */
export function fitOwnReasoning(
  body: Body,
  { messages }: NeutralRequest,
  { quirks, losses }: { readonly quirks: RequestQuirks; readonly losses: LossList },
): void {
  const field = quirks.reasoningField;
  const own = body["messages"];
  if (field === undefined || !Array.isArray(own) || !own.some((each) => isObject(each) && isElsewhere(each, field))) {
    return;
  }
  body["messages"] = own.map((each: unknown, index) => {
    const read = messages[index];
    if (!isObject(each) || read === undefined || !isElsewhere(each, field)) return each;
    return fitted(each, read, { path: `messages[${index}]`, field, losses });
  });
}

/** Whether a message has reasoning in any other field than this one. */
function isElsewhere(message: JsonObject, field: ReasoningField | null): boolean {
  if (message["role"] !== "assistant") return false;
  return REASONING_FIELDS.some((name) => name !== field && message[name] !== undefined && message[name] !== null);
}

function fitted(
  message: JsonObject,
  { parts }: NeutralMessage,
  context: Context & { readonly path: string },
): JsonObject {
  const { field, path, losses } = context;
  // Who hands on details knows the plain fields as well.
  const kept = field === "reasoning_details" ? message : without(message, field);
  if (field !== null && message[field] !== undefined && message[field] !== null) return kept;
  for (const part of parts) if (part.kind === "reasoning") noteLost(part, message, context);
  const value = valueOf(parts, field);
  if (value === null && field === null && reasoningOf(parts) !== null) {
    losses.add(`${path}.${nameOf(message)}`, "reasoning", "no-equivalent");
  }
  return field === null || value === null ? kept : { ...kept, [field]: value };
}

function without(message: JsonObject, field: ReasoningField | null): JsonObject {
  const others = new Set<string>(REASONING_FIELDS.filter((name) => name !== field));
  return Object.fromEntries(Object.entries(message).filter(([name]) => !others.has(name)));
}

function nameOf(message: JsonObject): ReasoningField {
  return REASONING_FIELDS.find((name) => message[name] !== undefined && message[name] !== null) ?? "reasoning_content";
}

function noteLost(
  { state }: ReasoningPart,
  message: JsonObject,
  { path, field, losses }: Context & { readonly path: string },
): void {
  if (state === undefined || field === "reasoning_details") return;
  if (field === "thinking_blocks" && isThinkingBlock({ kind: "reasoning", text: "", state })) return;
  const place = message["reasoning_details"] === undefined ? "thinking_blocks" : "reasoning_details";
  losses.add(`${path}.${place}`, `reasoning-${state.kind}`, "foreign");
}

function valueOf(parts: readonly NeutralPart[], field: ReasoningField | null): unknown {
  const thoughts = parts.filter((part) => part.kind === "reasoning");
  switch (field) {
    case null:
      return null;
    case "reasoning_content":
    case "reasoning":
      return reasoningOf(parts);
    case "reasoning_details": {
      const details = thoughts.flatMap((part, index) => renderReasoningDetails(part, index));
      return details.length === 0 ? null : details;
    }
    default: {
      const blocks = thoughts.filter(isThinkingBlock).map(renderThinkingBlock);
      return blocks.length === 0 ? null : blocks;
    }
  }
}
