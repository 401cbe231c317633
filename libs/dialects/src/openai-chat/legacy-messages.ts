import { isObject } from "../check/check-value.ts";
import type { NeutralMessage } from "../neutral/message.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { Body } from "./apply-quirks.ts";

/** Whether a message is of the time before `tools`: a call without an id, or the result of one. */
export function isLegacyMessage(message: JsonObject): boolean {
  return message["role"] === "function" || isObject(message["function_call"]);
}

/** The messages of a caller's own body as calls and results of today's form, under the ids that the parser has given them. */
export function withoutLegacyMessages(body: Body, messages: readonly NeutralMessage[]): void {
  const own = body["messages"];
  if (!Array.isArray(own) || !own.some((each) => isObject(each) && isLegacyMessage(each))) return;
  body["messages"] = own.map((each: unknown, index) => {
    const read = messages[index];
    return isObject(each) && read !== undefined && isLegacyMessage(each) ? inTodaysForm(each, read) : each;
  });
}

function inTodaysForm(message: JsonObject, read: NeutralMessage): JsonObject {
  if (read.role === "tool") {
    const { name: _, ...rest } = message;
    return { ...rest, role: "tool", tool_call_id: read.callId, content: message["content"] ?? "" };
  }
  const { function_call: called, ...rest } = message;
  const id = read.parts.find((part) => part.kind === "tool-call")?.id;
  return { content: null, ...rest, tool_calls: [{ id, type: "function", function: called }] };
}
