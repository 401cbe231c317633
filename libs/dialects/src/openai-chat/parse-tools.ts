import { plainText } from "../check/plain-value.ts";
import { array, boolean, isObject, object, oneOf, optionalString, string } from "../check/check-value.ts";
import { isSet } from "../check/field-value.ts";
import { invalid, notOneOf } from "../check/invalid.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralTool, NeutralToolChoice } from "../neutral/tool.ts";
import { hasFunctions } from "./legacy-functions.ts";
import { cacheMarkOf } from "./parse-part.ts";

const TOOLS_MAX = 1024;
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

const NO_TOOLS: readonly NeutralTool[] = [];

/** What Mistral's SDKs call `required` (https://docs.mistral.ai/capabilities/function_calling). */
export const ANY = "any";

/** Whether a request has a list of tools with none in it, as clients of hosts that take it send it where they have none to offer. */
export function offersNone({ tools }: JsonObject): boolean {
  return Array.isArray(tools) && tools.length === 0;
}

/** The tools of a request, with the rule that `parallel_tool_calls` puts on them. */
export function parseTools(body: JsonObject): readonly NeutralTool[] {
  const legacy = hasFunctions(body);
  if (legacy && isSet(body["tools"])) throw invalid("functions", "Only one of 'functions' and 'tools' may be given.");
  const tools = legacy ? parseFunctions(body["functions"]) : parseList(body["tools"]);
  if (isSet(body["parallel_tool_calls"]) && tools.length === 0 && !offersNone(body))
    throw onlyWithTools("parallel_tool_calls");
  return tools;
}

function parseList(value: unknown): readonly NeutralTool[] {
  if (!isSet(value)) return NO_TOOLS;
  const tools = array(value, "tools");
  if (tools.length > TOOLS_MAX) throw invalid("tools", `Invalid 'tools': expected at most ${TOOLS_MAX} tools.`);
  return tools.map((tool, index) => parseTool(tool, `tools[${index}]`));
}

function parseTool(value: unknown, param: string): NeutralTool {
  const tool = object(value, param);
  const type = string(tool["type"], `${param}.type`);
  if (type === "function") {
    const parsed = parseFunction(tool["function"], `${param}.function`);
    return isSet(tool["cache_control"]) ? { ...parsed, cache: cacheMarkOf(tool["cache_control"]) } : parsed;
  }
  if (type === "custom") return parseCustom(tool["custom"], `${param}.custom`);
  // Providers have tools of their own, run on their side; only the provider can say whether it knows this one.
  return { kind: "other", name: null, description: null, parameters: null, type, form: "openai-chat", body: tool };
}

function parseCustom(value: unknown, param: string): NeutralTool {
  const custom = object(value, param);
  const description = optionalString(custom["description"], `${param}.description`);
  const format = isObject(custom["format"]) ? custom["format"] : null;
  return { kind: "custom", name: toolName(custom["name"], `${param}.name`), description, parameters: null, format };
}

function parseFunctions(value: unknown): readonly NeutralTool[] {
  const functions = array(value, "functions");
  if (functions.length > TOOLS_MAX) throw invalid("functions", `Invalid 'functions': expected at most ${TOOLS_MAX}.`);
  return functions.map((tool, index) => parseFunction(tool, `functions[${index}]`));
}

function parseFunction(value: unknown, param: string): NeutralTool & { kind: "function" } {
  const definition = object(value, param);
  const parameters = definition["parameters"];
  if (isSet(definition["strict"])) boolean(definition["strict"], `${param}.strict`);
  return {
    kind: "function",
    name: toolName(definition["name"], `${param}.name`),
    description: optionalString(definition["description"], `${param}.description`),
    parameters: isSet(parameters) ? object(parameters, `${param}.parameters`) : null,
    strict: (definition["strict"] ?? null) as boolean | null,
  };
}

export function toolName(value: unknown, param: string): string {
  const name = string(value, param);
  if (NAME.test(name)) return name;
  throw invalid(param, `Invalid '${param}': expected 1 to 64 letters, digits, underscores or dashes.`);
}

/** `tool_choice`, or the legacy `function_call`; null when the request has neither. */
export function parseToolChoice(body: JsonObject, tools: readonly NeutralTool[]): NeutralToolChoice | null {
  const choice = body["tool_choice"];
  const legacy = isSet(body["function_call"]) ? parseFunctionCall(body["function_call"]) : null;
  if (!isSet(choice)) return legacy;
  if (tools.length === 0) {
    if (offersNone(body) && (choice === "none" || choice === "auto")) return null;
    throw onlyWithTools("tool_choice");
  }
  if (choice === ANY) return { kind: "required" };
  if (typeof choice === "string") {
    oneOf(["none", "auto", "required"])(choice, "tool_choice");
    return { kind: choice as "none" | "auto" | "required" };
  }
  const { type, ...rest } = object(choice, "tool_choice");
  switch (string(type, "tool_choice.type")) {
    case "function":
    case "custom": {
      const param = `tool_choice.${plainText(type)}`;
      const name = string(object(rest[plainText(type)], param)["name"], `${param}.name`);
      if (!tools.some((tool) => tool.name === name)) {
        throw invalid(param, "Invalid value for 'tool_choice': the tool that it names is not in 'tools'.");
      }
      return { kind: "tool", name };
    }
    case "allowed_tools":
      return allowedTools(object(rest["allowed_tools"], "tool_choice.allowed_tools"));
    default:
      throw notOneOf("tool_choice.type", ["function", "custom", "allowed_tools"]);
  }
}

function allowedTools(allowed: JsonObject): NeutralToolChoice {
  const list = Array.isArray(allowed["tools"]) ? (allowed["tools"] as readonly unknown[]) : [];
  const names = list.filter(isObject).flatMap((tool) => {
    const inner = tool[plainText(tool["type"])];
    const name = isObject(inner) ? inner["name"] : tool["name"];
    return typeof name === "string" ? [name] : [];
  });
  return { kind: "allowed", mode: allowed["mode"] === "required" ? "required" : "auto", names };
}

function parseFunctionCall(call: unknown): NeutralToolChoice {
  if (typeof call !== "string")
    return { kind: "tool", name: string(object(call, "function_call")["name"], "function_call.name") };
  oneOf(["none", "auto"])(call, "function_call");
  return { kind: call as "none" | "auto" };
}

function onlyWithTools(param: string): Error {
  return invalid(param, `The '${param}' parameter is only allowed when 'tools' are specified.`);
}
