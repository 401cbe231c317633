import { array, boolean, object, optionalString, string } from "../check/check-value.ts";
import { isSet } from "../check/field-value.ts";
import { invalid, notOneOf } from "../check/invalid.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralTool, NeutralToolChoice } from "../neutral/tool.ts";
import { readMark } from "./cache-mark.ts";

const TOOLS_MAX = 10_000;
const NAME = /^[a-zA-Z0-9_-]{1,128}$/;

const NO_TOOLS: readonly NeutralTool[] = [];

export function parseTools(value: unknown): readonly NeutralTool[] {
  if (!isSet(value)) return NO_TOOLS;
  const tools = array(value, "tools");
  if (tools.length > TOOLS_MAX) throw invalid("tools", `Invalid 'tools': expected at most ${TOOLS_MAX} tools.`);
  return tools.map((tool, index) => parseTool(tool, `tools[${index}]`));
}

function parseTool(value: unknown, param: string): NeutralTool {
  const tool = object(value, param);
  const type = optionalString(tool["type"], `${param}.type`) ?? "custom";
  if (type !== "custom") {
    // A tool that Anthropic defines, run on its side or on the caller's; only Anthropic can say whether it knows this one.
    const name = optionalString(tool["name"], `${param}.name`);
    return { kind: "other", name, description: null, parameters: null, type, form: "anthropic-messages", body: tool };
  }
  if (isSet(tool["strict"])) boolean(tool["strict"], `${param}.strict`);
  return {
    kind: "function",
    name: toolName(tool["name"], `${param}.name`),
    description: optionalString(tool["description"], `${param}.description`),
    parameters: object(tool["input_schema"], `${param}.input_schema`),
    strict: (tool["strict"] ?? null) as boolean | null,
    ...readMark(tool, param),
  };
}

function toolName(value: unknown, param: string): string {
  const name = string(value, param);
  if (NAME.test(name)) return name;
  throw invalid(param, `Invalid '${param}': expected 1 to 128 letters, digits, underscores or dashes.`);
}

type ToolChoiceReading = {
  readonly toolChoice: NeutralToolChoice | null;
  readonly parallelTools: boolean | null;
};

/** `tool_choice`, with the rule on parallel calls that it holds. */
export function parseToolChoice(body: JsonObject): ToolChoiceReading {
  if (!isSet(body["tool_choice"])) return { toolChoice: null, parallelTools: null };
  const choice = object(body["tool_choice"], "tool_choice");
  const disabled = choice["disable_parallel_tool_use"];
  if (isSet(disabled)) boolean(disabled, "tool_choice.disable_parallel_tool_use");
  return { toolChoice: choiceOf(choice), parallelTools: isSet(disabled) ? disabled !== true : null };
}

function choiceOf(choice: JsonObject): NeutralToolChoice {
  switch (string(choice["type"], "tool_choice.type")) {
    case "auto":
      return { kind: "auto" };
    case "any":
      return { kind: "required" };
    case "none":
      return { kind: "none" };
    case "tool":
      return { kind: "tool", name: string(choice["name"], "tool_choice.name") };
    default:
      throw notOneOf("tool_choice.type", ["auto", "any", "tool", "none"]);
  }
}
