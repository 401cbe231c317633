import { array, isObject, object, string } from "../check/check-value.ts";
import { isSet } from "../check/field-value.ts";
import { invalid, missing, notOneOf, wrongType } from "../check/invalid.ts";
import type { NeutralMessage } from "../neutral/message.ts";
import type { NeutralPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { readMark } from "./cache-mark.ts";
import { joinCarried, type ReadPart } from "./join-carried.ts";
import { effortOf } from "./message-effort.ts";
import { parseBlock } from "./parse-block.ts";

/** Anthropic's own bound. */
const MESSAGES_MAX = 100_000;

const ROLES = ["user", "assistant", "system"] as const;

/** All messages of a request, `system` at their head. A turn's tool results are messages of their own. */
export function parseMessages(body: JsonObject): readonly NeutralMessage[] {
  const messages = array(body["messages"] ?? undefined, "messages");
  if (messages.length === 0) throw invalid("messages", "Invalid 'messages': expected at least one message.");
  if (messages.length > MESSAGES_MAX) {
    throw invalid("messages", `Invalid 'messages': expected at most ${MESSAGES_MAX} messages.`);
  }
  const system = isSet(body["system"])
    ? [{ role: "system", parts: parseContent(body["system"], "system") } as const]
    : [];
  return [...system, ...messages.flatMap((message, index) => parseMessage(message, `messages[${index}]`))];
}

function parseMessage(value: unknown, param: string): readonly NeutralMessage[] {
  const message = object(value, param);
  const role = string(message["role"], `${param}.role`);
  // A message that changes the effort, and says nothing.
  if (role === "system" && effortOf(message, param) !== null && isEmpty(message["content"])) return [];
  if (!isSet(message["content"])) throw missing(`${param}.content`);
  switch (role) {
    case "system":
    case "assistant":
      return [{ role, parts: parseContent(message["content"], `${param}.content`) }];
    case "user":
      return parseUser(message["content"], `${param}.content`);
    default:
      throw notOneOf(`${param}.role`, ROLES);
  }
}

function isEmpty(content: unknown): boolean {
  return !isSet(content) || (Array.isArray(content) && content.length === 0);
}

function parseUser(content: unknown, param: string): readonly NeutralMessage[] {
  const hasResults = Array.isArray(content) && content.some(isResult);
  if (!hasResults) return [{ role: "user", parts: parseContent(content, param) }];
  const messages: NeutralMessage[] = [];
  let parts: NeutralPart[] | null = null;
  for (const [index, block] of content.entries()) {
    const at = `${param}[${index}]`;
    if (isResult(block)) {
      parts = null;
      messages.push(parseResult(block, at));
      continue;
    }
    if (parts === null) messages.push({ role: "user", parts: (parts = []) });
    parts.push(parseBlock(block, at));
  }
  return messages;
}

function isResult(block: unknown): block is JsonObject {
  return isObject(block) && block["type"] === "tool_result";
}

function parseResult(block: JsonObject, param: string): NeutralMessage {
  const { content } = block;
  return {
    role: "tool",
    callId: string(block["tool_use_id"], `${param}.tool_use_id`),
    parts: isSet(content) ? parseContent(content, `${param}.content`) : [],
    ...(block["is_error"] === true ? { isError: true } : undefined),
    ...readMark(block, param),
  };
}

function parseContent(content: unknown, param: string): readonly NeutralPart[] {
  if (typeof content === "string") return [{ kind: "text", text: content }];
  if (!Array.isArray(content)) throw wrongType(param, "a string or an array of content blocks", content);
  const read = content.map((block: unknown, index): ReadPart => {
    return { part: parseBlock(block, `${param}[${index}]`), block: block as JsonObject };
  });
  const isCarrying = read.some(({ block }) => block["type"] === "redacted_thinking");
  return isCarrying ? joinCarried(read) : read.map(({ part }) => part);
}
