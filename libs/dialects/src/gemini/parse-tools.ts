import { array, arrayOf, isObject, object, optionalString, string } from "../check/check-value.ts";
import { invalid, notOneOf } from "../check/invalid.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralTool, NeutralToolChoice } from "../neutral/tool.ts";
import { readSchema } from "./read-schema.ts";

const TOOLS_MAX = 1024;
const NAME = /^[a-zA-Z_][\w.:-]{0,127}$/;
const MODES = ["AUTO", "ANY", "NONE", "VALIDATED"] as const;

const NO_TOOLS: readonly NeutralTool[] = [];

/** The tools of a request: an entry of `tools` declares functions, and names tools that the provider runs itself. */
export function parseTools(value: unknown): readonly NeutralTool[] {
  if (value === undefined || value === null) return NO_TOOLS;
  const tools = array(value, "tools").flatMap((tool, index) => parseTool(tool, `tools[${index}]`));
  if (tools.length > TOOLS_MAX) throw invalid("tools", `Invalid 'tools': expected at most ${TOOLS_MAX} tools.`);
  return tools;
}

function parseTool(value: unknown, param: string): NeutralTool[] {
  return Object.entries(object(value, param)).flatMap(([field, inner]) => {
    if (inner === null || inner === undefined) return [];
    if (field !== "functionDeclarations") return [ownTool(field, inner)];
    const declarations = array(inner, `${param}.${field}`);
    return declarations.map((each, index) => parseFunction(each, `${param}.${field}[${index}]`));
  });
}

function ownTool(type: string, inner: unknown): NeutralTool {
  const body = { [type]: inner };
  return { kind: "other", name: null, description: null, parameters: null, type, form: "gemini", body };
}

function parseFunction(value: unknown, param: string): NeutralTool {
  const declaration = object(value, param);
  const name = string(declaration["name"], `${param}.name`);
  if (!NAME.test(name)) {
    throw invalid(
      `${param}.name`,
      `Invalid '${param}.name': expected a letter or an underscore, then letters, digits, underscores, dots, colons or dashes, at most 128 characters.`,
    );
  }
  return {
    kind: "function",
    name,
    description: optionalString(declaration["description"], `${param}.description`),
    parameters: parametersOf(declaration, param),
    strict: null,
  };
}

function parametersOf(declaration: JsonObject, param: string): JsonObject | null {
  const { parameters, parametersJsonSchema: schema } = declaration;
  if (schema !== undefined && schema !== null) return object(schema, `${param}.parametersJsonSchema`);
  if (parameters === undefined || parameters === null) return null;
  return readSchema(object(parameters, `${param}.parameters`));
}

/** `toolConfig.functionCallingConfig`; null when the request does not say. */
export function parseToolChoice(value: unknown): NeutralToolChoice | null {
  if (value === undefined || value === null) return null;
  const config = object(value, "toolConfig")["functionCallingConfig"];
  if (config === undefined || config === null) return null;
  const param = "toolConfig.functionCallingConfig";
  const { mode, allowedFunctionNames: allowed } = object(config, param);
  if (isObject(allowed) || typeof allowed === "string") array(allowed, `${param}.allowedFunctionNames`);
  const names = (allowed ?? []) as readonly string[];
  arrayOf((name, at) => void string(name, at), { min: 0, max: TOOLS_MAX })(names, `${param}.allowedFunctionNames`);
  switch (mode ?? "AUTO") {
    case "MODE_UNSPECIFIED":
    case "AUTO":
      return { kind: "auto" };
    case "NONE":
      return { kind: "none" };
    case "VALIDATED":
      return names.length === 0 ? { kind: "auto" } : { kind: "allowed", mode: "auto", names };
    case "ANY": {
      const [name, ...more] = names;
      if (name === undefined) return { kind: "required" };
      return more.length === 0 ? { kind: "tool", name } : { kind: "allowed", mode: "required", names };
    }
    default:
      throw notOneOf(`${param}.mode`, MODES);
  }
}
