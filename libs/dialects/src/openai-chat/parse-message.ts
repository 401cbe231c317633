import type { JsonObject, NeutralMessage, NeutralPart, NeutralToolCall } from "../neutral/request.ts";
import { array, isObject, object, optionalString, string } from "./check-value.ts";
import { invalid, missing, notOneOf, wrongType } from "./invalid.ts";
import { isSet } from "./request-fields.ts";

const ROLES = ["system", "developer", "user", "assistant", "tool", "function"] as const;
const PART_TYPES = ["text", "image_url", "input_audio", "file", "refusal"] as const;

const NO_CALLS: readonly NeutralToolCall[] = [];

/** One of `messages`; `param` is its path. */
export function parseMessage(value: unknown, param: string): NeutralMessage {
  const message = object(value, param);
  const role = string(message["role"], `${param}.role`);
  if (isSet(message["name"])) string(message["name"], `${param}.name`);
  switch (role) {
    case "system":
    case "developer":
    case "user":
      return { role, parts: requiredParts(message, param), toolCalls: NO_CALLS, callId: null };
    case "assistant":
      return parseAssistant(message, param);
    case "tool": {
      const callId = string(message["tool_call_id"], `${param}.tool_call_id`);
      return { role, parts: requiredParts(message, param), toolCalls: NO_CALLS, callId };
    }
    case "function":
      string(message["name"], `${param}.name`);
      return { role: "tool", parts: optionalParts(message, param), toolCalls: NO_CALLS, callId: null };
    default:
      throw notOneOf(`${param}.role`, ROLES);
  }
}

function parseAssistant(message: JsonObject, param: string): NeutralMessage {
  const parts = optionalParts(message, param);
  const toolCalls = parseCalls(message, param);
  const refusal = optionalString(message["refusal"], `${param}.refusal`);
  const hasContent = isSet(message["content"]) || refusal !== null || isSet(message["audio"]);
  if (!hasContent && toolCalls.length === 0) throw missing(`${param}.content`);
  return {
    role: "assistant",
    parts: refusal === null ? parts : [...parts, { kind: "refusal", text: refusal }],
    toolCalls,
    callId: null,
  };
}

function parseCalls(message: JsonObject, param: string): readonly NeutralToolCall[] {
  const legacy = message["function_call"];
  if (isSet(legacy)) return [parseFunction(legacy, `${param}.function_call`, "")];
  if (!isSet(message["tool_calls"])) return NO_CALLS;
  const calls = array(message["tool_calls"], `${param}.tool_calls`);
  if (calls.length === 0) throw invalid(`${param}.tool_calls`, `Invalid '${param}.tool_calls': empty array.`);
  return calls.map((call, index) => parseCall(call, `${param}.tool_calls[${index}]`));
}

function parseCall(value: unknown, param: string): NeutralToolCall {
  const call = object(value, param);
  const id = string(call["id"], `${param}.id`);
  if (call["type"] !== "custom") return parseFunction(call["function"], `${param}.function`, id);
  const custom = object(call["custom"], `${param}.custom`);
  return {
    id,
    name: string(custom["name"], `${param}.custom.name`),
    arguments: string(custom["input"], `${param}.custom.input`),
  };
}

function parseFunction(value: unknown, param: string, id: string): NeutralToolCall {
  const called = object(value, param);
  return {
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
  return isSet(message["content"]) ? parseContent(message["content"], message["role"], `${param}.content`) : [];
}

function parseContent(content: unknown, role: unknown, param: string): readonly NeutralPart[] {
  if (typeof content === "string") return [{ kind: "text", text: content }];
  if (!Array.isArray(content)) throw wrongType(param, "a string or an array of parts", content);
  if (content.length === 0) throw invalid(param, `Invalid '${param}': empty array.`);
  return content.map((part: unknown, index) => parsePart(part, role, `${param}[${index}]`));
}

function parsePart(value: unknown, role: unknown, param: string): NeutralPart {
  const part = object(value, param);
  const type = string(part["type"], `${param}.type`);
  switch (type) {
    case "text":
      return { kind: "text", text: string(part["text"], `${param}.text`) };
    case "image_url":
      return parseImage(part["image_url"], `${param}.image_url`);
    case "input_audio": {
      const audio = object(part["input_audio"], `${param}.input_audio`);
      return {
        kind: "audio",
        data: string(audio["data"], `${param}.input_audio.data`),
        format: string(audio["format"], `${param}.input_audio.format`),
      };
    }
    case "file":
      return parseFile(part["file"], `${param}.file`);
    case "refusal":
      return { kind: "refusal", text: string(part["refusal"], `${param}.refusal`) };
    default:
      // An answer that is sent back as history may hold parts of its provider's own making, such as `thinking`.
      if (role === "assistant") return { kind: "other", type };
      throw notOneOf(`${param}.type`, PART_TYPES);
  }
}

function parseImage(value: unknown, param: string): NeutralPart {
  const image = object(value, param);
  const url = string(image["url"], `${param}.url`);
  // Only the start is looked at: the rest of a data URL can be many megabytes.
  if (!/^(https?:\/\/.|data:[^,]{0,255};base64,.)/i.test(url.slice(0, 512))) {
    throw invalid(
      `${param}.url`,
      `Invalid '${param}.url': expected an http or https URL, or a data URL with base64 data.`,
    );
  }
  return { kind: "image", url, detail: optionalString(image["detail"], `${param}.detail`) };
}

function parseFile(value: unknown, param: string): NeutralPart {
  const file = object(value, param);
  const id = optionalString(file["file_id"], `${param}.file_id`);
  const data = optionalString(file["file_data"], `${param}.file_data`);
  if (id === null && data === null) throw missing(`${param}.file_id`);
  return { kind: "file", id, data, name: optionalString(file["filename"], `${param}.filename`) };
}

/** All messages of a request, of which there is at least one. */
export function parseMessages(value: unknown): readonly NeutralMessage[] {
  const messages = array(value ?? undefined, "messages");
  if (messages.length === 0) throw invalid("messages", "Invalid 'messages': expected at least one message.");
  return messages.map((message, index) => {
    if (!isObject(message)) throw wrongType(`messages[${index}]`, "an object", message);
    return parseMessage(message, `messages[${index}]`);
  });
}
