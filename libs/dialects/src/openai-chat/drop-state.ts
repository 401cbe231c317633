import { isObject } from "../check/check-value.ts";
import type { LossList } from "../neutral/loss.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { RequestQuirks } from "../request-quirks.ts";
import type { Body } from "./apply-quirks.ts";
import { readCallState, readReasoning } from "./reasoning-details.ts";
import { readThinkingBlocks } from "./thinking-blocks.ts";

type Context = { readonly quirks: RequestQuirks; readonly losses: LossList };

/** Leaves out of a caller's own body the signed state that its host cannot read: many refuse the fields that it stands in. */
export function dropState(body: Body, { messages }: NeutralRequest, context: Context): void {
  const isSigned = messages.some(({ parts }) => parts.some((part) => "state" in part && part.state !== undefined));
  if (!isSigned || !Array.isArray(body["messages"])) return;
  body["messages"] = body["messages"].map((message: unknown, index) => {
    return isObject(message) ? withoutState(message, `messages[${index}]`, context) : message;
  });
}

function withoutState(message: JsonObject, path: string, { quirks, losses }: Context): JsonObject {
  const { reasoning_details: details, thinking_blocks: blocks, tool_calls: calls } = message;
  let fitting = message;
  for (const [field, parts] of [
    ["reasoning_details", readReasoning(details, null)],
    ["thinking_blocks", readThinkingBlocks(blocks)],
  ] as const) {
    const state = quirks.reasoningField === field ? undefined : parts.find((part) => part.state !== undefined)?.state;
    if (state === undefined) continue;
    losses.add(`${path}.${field}`, `reasoning-${state.kind}`, "foreign");
    const { [field]: _, ...rest } = fitting;
    fitting = rest;
  }
  if (quirks.callSignatures === true || !Array.isArray(calls)) return fitting;
  const unsigned = calls.map((call: unknown, index) => {
    if (!isObject(call) || readCallState(call) === null) return call;
    losses.add(`${path}.tool_calls[${index}].extra_content`, "call-signature", "foreign");
    const { extra_content: _, ...rest } = call;
    return rest;
  });
  return { ...fitting, tool_calls: unsigned };
}
