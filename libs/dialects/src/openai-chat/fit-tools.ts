import { isObject } from "../check/check-value.ts";
import { objectsOf } from "../check/field-value.ts";
import type { LossList } from "../neutral/loss.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { ReasoningQuirks, RequestQuirks } from "../request-quirks.ts";

type Body = Record<string, unknown>;
type Kinds = RequestQuirks["toolChoices"];

/**
 * What a host takes of tools only where a model does not reason. Gives the kinds of `tool_choice` that it takes of this body. A caller who
 * demands a call and says nothing of reasoning gets the call: the reasoning that nobody asked for is switched off.
 */
export function fitTools(body: Body, quirks: RequestQuirks, losses: LossList): Kinds {
  const { reasoning = {}, toolChoices } = quirks;
  if (reasoning.withoutTools !== undefined) silence(body, reasoning.withoutTools, losses);
  const state = stateOf(body, reasoning);
  if (state === "off") return toolChoices;
  if (reasoning.behindCalls === true) explainCalls(body, quirks.reasoningField ?? "reasoning_content", losses);
  if (reasoning.toolChoices === undefined || state === "silent") return toolChoices;
  if (state === "default" && reasoning.off !== undefined && isForced(body["tool_choice"])) {
    Object.assign(body, reasoning.off);
    return toolChoices;
  }
  return reasoning.toolChoices;
}

/** asked: the caller wants it. default: the host does it unasked. silent: nothing is said, and the host does not. */
function stateOf(body: Body, { on, off, byDefault }: ReasoningQuirks): "off" | "asked" | "default" | "silent" {
  const effort = body["reasoning_effort"];
  if (effort === "none" || holds(body, off)) return "off";
  if ((effort !== undefined && effort !== null) || holds(body, on)) return "asked";
  return byDefault === true ? "default" : "silent";
}

/** Whether the body says what these fields say. */
function holds(body: Body, fields: JsonObject | undefined): boolean {
  if (fields === undefined) return false;
  const entries = Object.entries(fields);
  return entries.length > 0 && entries.every(([field, value]) => isSame(body[field], value));
}

function isSame(given: unknown, value: unknown): boolean {
  if (!isObject(value)) return given === value;
  return isObject(given) && Object.entries(value).every(([field, inner]) => given[field] === inner);
}

function isForced(choice: unknown): boolean {
  if (!isObject(choice)) return choice === "required";
  const allowed = choice["allowed_tools"];
  return !isObject(allowed) || allowed["mode"] === "required";
}

function silence(body: Body, fields: JsonObject, losses: LossList): void {
  const { tools, reasoning_effort: effort } = body;
  if (!Array.isArray(tools) || tools.length === 0 || effort === "none") return;
  if (effort !== undefined && effort !== null) losses.add("reasoning.effort", "reasoning-effort", "conflict");
  Object.assign(body, fields);
}

/**
 * Gives each earlier call words in place of the reasoning that nobody has brought back, because its client has no field for it or another
 * model made the call. No two are the same: models fall into repeating what stands before all calls.
 */
function explainCalls(body: Body, field: string, losses: LossList): void {
  const messages: unknown = body["messages"];
  if (!Array.isArray(messages)) return;
  let explained: unknown[] | null = null;
  for (const [index, message] of messages.entries()) {
    if (!isObject(message) || message["role"] !== "assistant") continue;
    const calls = objectsOf(message["tool_calls"]);
    if (calls.length === 0 || isText(message[field])) continue;
    const kept = message["reasoning"];
    if (!isText(kept)) losses.add(`messages[${index}]`, "reasoning", "approximated");
    explained ??= [...(messages as readonly unknown[])];
    explained[index] = { ...message, [field]: isText(kept) ? kept : calls.map(wordsFor).join(" ") };
  }
  if (explained !== null) body["messages"] = explained;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

function wordsFor({ id, function: called }: JsonObject): string {
  const name = isObject(called) && typeof called["name"] === "string" ? called["name"] : "a tool";
  return `Next is ${name}${typeof id === "string" ? ` (${id})` : ""}.`;
}
