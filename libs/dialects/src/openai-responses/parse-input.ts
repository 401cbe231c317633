import { array, object, oneOf, string } from "../check/check-value.ts";
import { isSet } from "../check/field-value.ts";
import { wrongType } from "../check/invalid.ts";
import type { NeutralMessage } from "../neutral/message.ts";
import type { NeutralPart, TextPart, ToolCallPart } from "../neutral/part.ts";
import type { ReasoningState } from "../neutral/reasoning-state.ts";
import type { JsonObject } from "../neutral/source.ts";
import { joinedName } from "./namespaces.ts";
import { parseContent } from "./parse-part.ts";
import { readReasoningItem } from "./reasoning-item.ts";

const ROLES = ["user", "assistant", "system", "developer"];

/** The conversation: `instructions`, and `input` as a text or as items. Neighbouring items of the assistant are one turn. */
export function parseInput(body: JsonObject): readonly NeutralMessage[] {
  const { instructions, input } = body;
  const turns = new Turns();
  if (typeof instructions === "string") turns.add("system", [{ kind: "text", text: instructions }]);
  if (typeof input === "string") turns.add("user", [{ kind: "text", text: input }]);
  else if (isSet(input)) {
    if (!Array.isArray(input)) throw wrongType("input", "a string or an array of items", input);
    for (const [index, item] of array(input, "input").entries()) addItem(item, `input[${index}]`, turns);
  }
  return turns.messages;
}

/** The type of an item of the input: messages may leave it out. */
export function typeOfItem(item: JsonObject): unknown {
  return item["type"] ?? ("role" in item ? "message" : undefined);
}

function addItem(value: unknown, param: string, turns: Turns): void {
  const item = object(value, param);
  const type = string(typeOfItem(item), `${param}.type`);
  switch (type) {
    case "message": {
      const role = string(item["role"], `${param}.role`);
      oneOf(ROLES)(role, `${param}.role`);
      const parts = parseContent(item["content"], role, `${param}.content`);
      return turns.add(role as "user" | "assistant" | "system" | "developer", parts);
    }
    case "function_call":
    case "custom_tool_call":
      return turns.call(parseCall(item, param, type === "custom_tool_call"));
    case "function_call_output":
    case "custom_tool_call_output":
      // A tool may say what no call has asked for, under its name alone, which no other format has.
      if (!isSet(item["call_id"]) && isSet(item["name"])) return turns.add("user", [otherOf(type, item)]);
      return turns.result(parseResult(item, param, type === "custom_tool_call_output"));
    case "reasoning":
      return turns.reason(item);
    default:
      return turns.add(/_(output|response)$/.test(type) ? "user" : "assistant", [otherOf(type, item)]);
  }
}

function otherOf(type: string, body: JsonObject): NeutralPart {
  return { kind: "other", type, form: "openai-responses", body };
}

function parseCall(item: JsonObject, param: string, isCustom: boolean): ToolCallPart {
  const field = isCustom ? "input" : "arguments";
  const call = {
    kind: "tool-call",
    id: string(item["call_id"], `${param}.call_id`),
    name: joinedName(item["namespace"], string(item["name"], `${param}.name`)),
    arguments: string(item[field], `${param}.${field}`),
  } as const;
  return isCustom ? { ...call, custom: true } : call;
}

function parseResult(item: JsonObject, param: string, isCustom: boolean): NeutralMessage {
  const callId = string(item["call_id"], `${param}.call_id`);
  const parts = parseContent(item["output"], "tool", `${param}.output`);
  return isCustom ? { role: "tool", callId, parts, custom: true } : { role: "tool", callId, parts };
}

/** The messages in the making. */
class Turns {
  readonly messages: NeutralMessage[] = [];
  /** The parts of the last message when it is the assistant's, which further items may follow. */
  #open: NeutralPart[] | null = null;
  /** Of the next call. */
  #state: ReasoningState | null = null;

  add(role: "user" | "assistant" | "system" | "developer", parts: readonly NeutralPart[]): void {
    if (role === "assistant") this.#assistant().push(...parts);
    else this.#push({ role, parts });
  }

  result(message: NeutralMessage): void {
    this.#push(message);
  }

  call(part: ToolCallPart): void {
    this.#assistant().push(this.#state === null ? part : { ...part, state: this.#state });
    this.#state = null;
  }

  reason(item: JsonObject): void {
    const reading = readReasoningItem(item);
    if (reading === null) return;
    if (reading.kind === "part") this.#assistant().push(reading.part);
    else if (reading.content.bearer === "call") this.#state = reading.content.state;
    else this.#sign(reading.content.state);
  }

  #sign(state: ReasoningState): void {
    const at = this.#open?.findLastIndex((part) => part.kind === "text") ?? -1;
    if (this.#open !== null && at !== -1) this.#open[at] = { ...(this.#open[at] as TextPart), state };
  }

  #push(message: NeutralMessage): void {
    this.#open = null;
    this.messages.push(message);
  }

  #assistant(): NeutralPart[] {
    if (this.#open !== null) return this.#open;
    const parts: NeutralPart[] = [];
    this.#push({ role: "assistant", parts });
    this.#open = parts;
    return parts;
  }
}
