import type { JsonObject, NeutralResponseFormat, NeutralTool } from "../neutral/request.ts";
import { array, boolean, object, oneOf, optionalString, string } from "./check-value.ts";
import { invalid, notOneOf } from "./invalid.ts";
import { isSet } from "./request-fields.ts";

const TOOLS_MAX = 1024;
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

const NO_TOOLS: readonly NeutralTool[] = [];

/** The tools of a request, with the rules that `tool_choice` and `parallel_tool_calls` put on them. */
export function parseTools(body: JsonObject): readonly NeutralTool[] {
  const legacy = isSet(body["functions"]);
  const tools = legacy ? parseFunctions(body["functions"]) : parseList(body["tools"]);
  if (isSet(body["tool_choice"])) checkChoice(body["tool_choice"], tools);
  if (isSet(body["parallel_tool_calls"]) && tools.length === 0) throw onlyWithTools("parallel_tool_calls");
  if (isSet(body["function_call"])) checkFunctionCall(body["function_call"]);
  return tools;
}

function parseList(value: unknown): readonly NeutralTool[] {
  if (!isSet(value)) return NO_TOOLS;
  const tools = array(value, "tools");
  if (tools.length === 0) throw invalid("tools", "Invalid 'tools': empty array. Expected at least one tool.");
  if (tools.length > TOOLS_MAX) throw invalid("tools", `Invalid 'tools': expected at most ${TOOLS_MAX} tools.`);
  return tools.map((tool, index) => parseTool(tool, `tools[${index}]`));
}

function parseTool(value: unknown, param: string): NeutralTool {
  const tool = object(value, param);
  const type = string(tool["type"], `${param}.type`);
  if (type === "function") return parseFunction(tool["function"], `${param}.function`);
  if (type === "custom") {
    const custom = object(tool["custom"], `${param}.custom`);
    const description = optionalString(custom["description"], `${param}.custom.description`);
    return { kind: "custom", name: toolName(custom["name"], `${param}.custom.name`), description, parameters: null };
  }
  // Providers have tools of their own, run on their side; only the provider can say whether it knows this one.
  return { kind: "other", name: null, description: null, parameters: null };
}

function parseFunctions(value: unknown): readonly NeutralTool[] {
  return array(value, "functions").map((tool, index) => parseFunction(tool, `functions[${index}]`));
}

function parseFunction(value: unknown, param: string): NeutralTool {
  const definition = object(value, param);
  const parameters = definition["parameters"];
  if (isSet(definition["strict"])) boolean(definition["strict"], `${param}.strict`);
  return {
    kind: "function",
    name: toolName(definition["name"], `${param}.name`),
    description: optionalString(definition["description"], `${param}.description`),
    parameters: isSet(parameters) ? object(parameters, `${param}.parameters`) : null,
  };
}

function toolName(value: unknown, param: string): string {
  const name = string(value, param);
  if (NAME.test(name)) return name;
  throw invalid(param, `Invalid '${param}': expected 1 to 64 letters, digits, underscores or dashes.`);
}

function checkChoice(choice: unknown, tools: readonly NeutralTool[]): void {
  if (tools.length === 0) throw onlyWithTools("tool_choice");
  if (typeof choice === "string") return oneOf(["none", "auto", "required"])(choice, "tool_choice");
  const { type, ...rest } = object(choice, "tool_choice");
  switch (string(type, "tool_choice.type")) {
    case "function":
    case "custom": {
      const param = `tool_choice.${String(type)}`;
      const name = string(object(rest[String(type)], param)["name"], `${param}.name`);
      if (!tools.some((tool) => tool.name === name)) {
        throw invalid(param, "Invalid value for 'tool_choice': the tool that it names is not in 'tools'.");
      }
      return;
    }
    case "allowed_tools":
      object(rest["allowed_tools"], "tool_choice.allowed_tools");
      return;
    default:
      throw notOneOf("tool_choice.type", ["function", "custom", "allowed_tools"]);
  }
}

function checkFunctionCall(call: unknown): void {
  if (typeof call === "string") oneOf(["none", "auto"])(call, "function_call");
  else string(object(call, "function_call")["name"], "function_call.name");
}

function onlyWithTools(param: string): Error {
  return invalid(param, `The '${param}' parameter is only allowed when 'tools' are specified.`);
}

export function parseResponseFormat(value: unknown): NeutralResponseFormat {
  if (!isSet(value)) return { kind: "text" };
  const format = object(value, "response_format");
  switch (string(format["type"], "response_format.type")) {
    case "text":
      return { kind: "text" };
    case "json_object":
      return { kind: "json-object" };
    case "json_schema":
      return parseJsonSchema(format["json_schema"]);
    default:
      throw notOneOf("response_format.type", ["text", "json_object", "json_schema"]);
  }
}

function parseJsonSchema(value: unknown): NeutralResponseFormat {
  const param = "response_format.json_schema";
  const format = object(value, param);
  const schema = format["schema"];
  if (isSet(format["strict"])) boolean(format["strict"], `${param}.strict`);
  if (format["strict"] === true) object(schema, `${param}.schema`);
  return {
    kind: "json-schema",
    name: toolName(format["name"], `${param}.name`),
    schema: isSet(schema) ? object(schema, `${param}.schema`) : null,
  };
}
