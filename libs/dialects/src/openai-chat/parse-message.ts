import { plainText } from "../check/plain-value.ts";
import { array, isObject, object, optionalString, string } from "../check/check-value.ts";
import { isSet } from "../check/field-value.ts";
import { invalid, missing, notOneOf, wrongType } from "../check/invalid.ts";
import { placedCallId, withCallIds } from "../neutral/call-ids.ts";
import type { NeutralMessage } from "../neutral/message.ts";
import type { AudioPart, NeutralPart, ToolCallPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { isLegacyMessage } from "./legacy-messages.ts";
import { withMessageMark } from "./message-mark.ts";
import { cacheMarkOf, parsePart } from "./parse-part.ts";
import { readCallState } from "./reasoning-details.ts";
import { readThoughts } from "./thoughts.ts";

const ROLES = ["system", "developer", "user", "assistant", "tool", "function"] as const;

const NO_PARTS: readonly NeutralPart[] = [];

/** One of `messages`; `param` is its path. */
function parseMessage(value: unknown, param: string): NeutralMessage {
  const message = object(value, param);
  const role = string(message["role"], `${param}.role`);
  const name = optionalString(message["name"], `${param}.name`);
  const named = name === null ? undefined : { name };
  switch (role) {
    case "system":
    case "developer":
    case "user":
      return { role, parts: withMessageMark(requiredParts(message, param), message), ...named };
    case "assistant":
      return { role, parts: withMessageMark(parseAssistant(message, param), message), ...named };
    case "tool": {
      const callId = string(message["tool_call_id"], `${param}.tool_call_id`);
      return { role, parts: requiredParts(message, param), callId, ...named, ...markOf(message) };
    }
    case "function":
      string(message["name"], `${param}.name`);
      return { role: "tool", parts: optionalParts(message, param), callId: null, ...named };
    default:
      throw notOneOf(`${param}.role`, ROLES);
  }
}

function markOf({ cache_control: mark }: JsonObject): object | undefined {
  return isSet(mark) ? { cache: cacheMarkOf(mark) } : undefined;
}

function parseAssistant(message: JsonObject, param: string): readonly NeutralPart[] {
  const content = optionalParts(message, param);
  const toolCalls = parseCalls(message, param);
  const refusal = optionalString(message["refusal"], `${param}.refusal`);
  const { audio } = message;
  const hasContent = isSet(message["content"]) || refusal !== null || isSet(audio);
  if (!hasContent && toolCalls.length === 0) throw missing(`${param}.content`);
  const reasoning = reasoningParts(message);
  if (reasoning.length + toolCalls.length === 0 && refusal === null && !isObject(audio)) return content;
  return [
    ...reasoning,
    ...content,
    ...(isObject(audio) ? [pastAudio(audio)] : []),
    ...(refusal === null ? [] : [{ kind: "refusal", text: refusal } as const]),
    ...toolCalls,
  ];
}

/** Reasoning of an earlier answer, in the fields that hosts have for it. What has another type is some host's own. */
function reasoningParts(message: JsonObject): readonly NeutralPart[] {
  const text = message["reasoning_content"] ?? message["reasoning"];
  return readThoughts(message, typeof text === "string" ? text : null);
}

/** An earlier answer's sound, which the provider knows by its id. */
function pastAudio(audio: JsonObject): AudioPart {
  return { kind: "audio", source: { kind: "file-id", id: plainText(audio["id"]), form: "openai-chat" } };
}

function parseCalls(message: JsonObject, param: string): readonly NeutralPart[] {
  const legacy = message["function_call"];
  if (isSet(legacy)) return [parseFunction(legacy, `${param}.function_call`, "")];
  if (!isSet(message["tool_calls"])) return NO_PARTS;
  const calls = array(message["tool_calls"], `${param}.tool_calls`);
  if (calls.length === 0) throw invalid(`${param}.tool_calls`, `Invalid '${param}.tool_calls': empty array.`);
  return calls.map((call, index) => parseCall(call, `${param}.tool_calls[${index}]`));
}

function parseCall(value: unknown, param: string): ToolCallPart {
  const call = object(value, param);
  const id = string(call["id"], `${param}.id`);
  if (call["type"] !== "custom") {
    const parsed = parseFunction(call["function"], `${param}.function`, id);
    const state = readCallState(call);
    return { ...parsed, ...markOf(call), ...(state === null ? {} : { state }) };
  }
  const custom = object(call["custom"], `${param}.custom`);
  const name = string(custom["name"], `${param}.custom.name`);
  return { kind: "tool-call", id, name, arguments: string(custom["input"], `${param}.custom.input`), custom: true };
}

function parseFunction(value: unknown, param: string, id: string): ToolCallPart {
  const called = object(value, param);
  return {
    kind: "tool-call",
    id,
    name: string(called["name"], `${param}.name`),
    arguments: string(called["arguments"], `${param}.arguments`),
  };
}

function requiredParts(message: JsonObject, param: string): readonly NeutralPart[] {
  if (message["content"] === undefined) throw missing(`${param}.content`);
  if (message["content"] === null) throw wrongType(`${param}.content`, "a string or an array of parts", null);
  return parseContent(message["content"], message["role"], `${param}.content`);
}

function optionalParts(message: JsonObject, param: string): readonly NeutralPart[] {
  return isSet(message["content"]) ? parseContent(message["content"], message["role"], `${param}.content`) : NO_PARTS;
}

function parseContent(content: unknown, role: unknown, param: string): readonly NeutralPart[] {
  if (typeof content === "string") return [{ kind: "text", text: content }];
  if (!Array.isArray(content)) throw wrongType(param, "a string or an array of parts", content);
  if (content.length === 0) throw invalid(param, `Invalid '${param}': empty array.`);
  return content.map((part: unknown, index) => parsePart(part, role, `${param}[${index}]`));
}

/** All messages of a request, of which there is at least one. */
export function parseMessages(value: unknown): readonly NeutralMessage[] {
  const messages = array(value ?? undefined, "messages");
  if (messages.length === 0) throw invalid("messages", "Invalid 'messages': expected at least one message.");
  let isLegacy = false;
  const parsed = messages.map((message, index) => {
    if (!isObject(message)) throw wrongType(`messages[${index}]`, "an object", message);
    isLegacy ||= isLegacyMessage(message);
    return parseMessage(message, `messages[${index}]`);
  });
  return isLegacy ? withCallIds(parsed, placedCallId) : parsed;
}
