import { array, boolean, isObject, object, oneOf, optionalString, string } from "../check/check-value.ts";
import { isSet } from "../check/field-value.ts";
import { invalid } from "../check/invalid.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralTool, NeutralToolChoice } from "../neutral/tool.ts";
import { nestedFormat } from "./custom-format.ts";
import { joinedName, listedName, toolsOfNamespace } from "./namespaces.ts";

const TOOLS_MAX = 1024;
const NAME_MAX_CHARS = 128;
const NAME = /^[a-zA-Z0-9_-]+$/;

const NO_TOOLS: readonly NeutralTool[] = [];

/** `tools`: flat, where Chat Completions nests them. */
export function parseTools(value: unknown): readonly NeutralTool[] {
  if (!isSet(value)) return NO_TOOLS;
  const tools = array(value, "tools");
  if (tools.length > TOOLS_MAX) throw invalid("tools", `Invalid 'tools': expected at most ${TOOLS_MAX} tools.`);
  return tools.flatMap((tool, index) => {
    const param = `tools[${index}]`;
    if (!isObject(tool) || tool["type"] !== "namespace") return [parseTool(tool, param)];
    const members = toolsOfNamespace(tool);
    if (members.length === 0) return [parseTool(tool, param)];
    return members.map((member, at) => listed(parseTool(member, `${param}.tools[${at}]`), tool["name"]));
  });
}

/** A group's tool by its name in a list without groups, which may be longer than a name of its own. */
function listed(tool: NeutralTool, namespace: unknown): NeutralTool {
  return tool.kind === "other" ? tool : { ...tool, name: joinedName(namespace, tool.name) };
}

function parseTool(value: unknown, param: string): NeutralTool {
  const tool = object(value, param);
  const type = string(tool["type"], `${param}.type`);
  if (type === "function") return parseFunction(tool, param);
  if (type === "custom") {
    return {
      kind: "custom",
      name: name(tool["name"], `${param}.name`),
      description: optionalString(tool["description"], `${param}.description`),
      parameters: null,
      format: isObject(tool["format"]) ? nestedFormat(tool["format"]) : null,
    };
  }
  // A tool that the provider runs, or one whose calls only this dialect has items for.
  return { kind: "other", name: null, description: null, parameters: null, type, form: "openai-responses", body: tool };
}

function parseFunction(tool: JsonObject, param: string): NeutralTool {
  const { parameters, strict } = tool;
  if (isSet(strict)) boolean(strict, `${param}.strict`);
  return {
    kind: "function",
    name: name(tool["name"], `${param}.name`),
    description: optionalString(tool["description"], `${param}.description`),
    parameters: isSet(parameters) ? object(parameters, `${param}.parameters`) : null,
    strict: (strict ?? null) as boolean | null,
  };
}

function name(value: unknown, param: string): string {
  const text = string(value, param);
  if (NAME.test(text) && text.length <= NAME_MAX_CHARS) return text;
  throw invalid(param, `Invalid '${param}': expected 1 to ${NAME_MAX_CHARS} letters, digits, underscores or dashes.`);
}

/** `tool_choice`; null where it is absent, and where it names tools of the provider's own alone. */
export function parseToolChoice(body: JsonObject, tools: readonly NeutralTool[]): NeutralToolChoice | null {
  const value = body["tool_choice"];
  if (!isSet(value)) return null;
  if (typeof value === "string") {
    oneOf(["none", "auto", "required"])(value, "tool_choice");
    return { kind: value as "none" | "auto" | "required" };
  }
  const choice = object(value, "tool_choice");
  const type = string(choice["type"], "tool_choice.type");
  const nameOf = (named: string): string => {
    return tools.some((tool) => tool.name === named) ? named : listedName(body["tools"], named);
  };
  if (type === "allowed_tools") return allowedTools(choice, nameOf);
  if (type !== "function" && type !== "custom") return null;
  const named = nameOf(string(choice["name"], "tool_choice.name"));
  if (!tools.some((tool) => tool.name === named) && !bringsTools(body["input"])) {
    throw invalid("tool_choice.name", "Invalid value for 'tool_choice': the tool that it names is not in 'tools'.");
  }
  return { kind: "tool", name: named };
}

/** Whether an input holds tools of its own, as `additional_tools` and the results of a search for tools do. */
function bringsTools(input: unknown): boolean {
  return Array.isArray(input) && input.some((item) => isObject(item) && Array.isArray(item["tools"]));
}

function allowedTools(choice: JsonObject, nameOf: (named: string) => string): NeutralToolChoice | null {
  const list = array(choice["tools"], "tool_choice.tools").filter(isObject);
  const names = list.flatMap((tool) => (typeof tool["name"] === "string" ? [nameOf(tool["name"])] : []));
  if (names.length === 0) return null;
  return { kind: "allowed", mode: choice["mode"] === "required" ? "required" : "auto", names };
}
