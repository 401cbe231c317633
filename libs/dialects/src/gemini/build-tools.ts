import type { LossList } from "../neutral/loss.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralTool, NeutralToolChoice } from "../neutral/tool.ts";
import { isObject } from "../check/check-value.ts";
import { buildSchema } from "./build-schema.ts";

type ToolOptions = { readonly tools: readonly NeutralTool[]; readonly toolChoice: NeutralToolChoice | null };

/** The `tools` and the `toolConfig` of a request that was read from another form. */
export function buildTools({ tools, toolChoice }: ToolOptions, losses: LossList): JsonObject {
  const functionDeclarations: JsonObject[] = [];
  const own: JsonObject[] = [];
  const config = toolChoice === null ? null : buildChoice(toolChoice);
  const isValidated = config?.["mode"] === "ANY" || config?.["mode"] === "VALIDATED";
  for (const [index, tool] of tools.entries()) {
    const path = `tools[${index}]`;
    if (tool.kind === "function") {
      if (tool.strict === true && !isValidated) losses.add(`${path}.strict`, "strict-schema", "no-equivalent");
      functionDeclarations.push(buildFunction(tool, path, losses));
    } else if (tool.kind === "other" && tool.form === "gemini") own.push(tool.body);
    // A call of a tool that takes free text would come back as one of a function, which the client does not have.
    else
      losses.add(
        path,
        tool.kind === "other" ? tool.type : "custom-tool",
        tool.kind === "other" ? "foreign" : "no-equivalent",
      );
  }
  const built = [...(functionDeclarations.length === 0 ? [] : [{ functionDeclarations }]), ...own];
  return {
    ...(built.length === 0 ? {} : { tools: built }),
    ...(config === null || functionDeclarations.length === 0 ? {} : { toolConfig: { functionCallingConfig: config } }),
  };
}

function buildFunction(tool: NeutralTool & { kind: "function" }, path: string, losses: LossList): JsonObject {
  const { name, description, parameters, cache } = tool;
  if (cache !== undefined) losses.add(`${path}.cache`, "cache-mark", "no-equivalent");
  return {
    name,
    ...(description === null ? {} : { description }),
    // A function without parameters has no schema: the API refuses an object without properties.
    ...(parameters === null || isEmpty(parameters)
      ? {}
      : { parametersJsonSchema: buildSchema(parameters, `${path}.parameters`, losses) }),
  };
}

function isEmpty({ type, properties, ...rest }: JsonObject): boolean {
  const hasProperties = isObject(properties) && Object.keys(properties).length > 0;
  const others = Object.keys(rest).filter((keyword) => keyword !== "additionalProperties" && keyword !== "$schema");
  const isClosed = rest["additionalProperties"] === undefined || typeof rest["additionalProperties"] === "boolean";
  const hasRequired = Array.isArray(rest["required"]) && rest["required"].length === 0;
  return (
    !hasProperties && isClosed && (type === undefined || type === "object") && others.length === (hasRequired ? 1 : 0)
  );
}

function buildChoice(choice: NeutralToolChoice): JsonObject {
  switch (choice.kind) {
    case "auto":
      return { mode: "AUTO" };
    case "none":
      return { mode: "NONE" };
    case "required":
      return { mode: "ANY" };
    case "tool":
      return { mode: "ANY", allowedFunctionNames: [choice.name] };
    default:
      return { mode: choice.mode === "required" ? "ANY" : "VALIDATED", allowedFunctionNames: choice.names };
  }
}
