import type { JsonObject } from "../neutral/source.ts";
import type { NeutralTool, NeutralToolChoice } from "../neutral/tool.ts";
import { type BuildContext, buildMark } from "./build-content.ts";

/** The tools of a request that was read from another form. */
export function buildTools(tools: readonly NeutralTool[], context: BuildContext): JsonObject[] {
  return tools.flatMap((tool, index) => {
    const path = `tools[${index}]`;
    if (tool.kind === "other") {
      context.losses.add(path, tool.type, "foreign");
      return [];
    }
    return [tool.kind === "custom" ? buildCustom(tool) : buildFunction(tool, path, context)];
  });
}

function buildFunction(tool: NeutralTool & { kind: "function" }, path: string, context: BuildContext): JsonObject {
  const { name, description, parameters, strict, cache } = tool;
  const definition = {
    name,
    ...(description === null ? {} : { description }),
    ...(parameters === null ? {} : { parameters }),
    ...(strict === null ? {} : { strict }),
  };
  return { type: "function", function: definition, ...buildMark(cache, path, context) };
}

function buildCustom({ name, description, format }: NeutralTool & { kind: "custom" }): JsonObject {
  const definition = { name, ...(description === null ? {} : { description }), ...(format === null ? {} : { format }) };
  return { type: "custom", custom: definition };
}

/** A choice that names tools says of each of what kind it is. */
export function buildToolChoice(choice: NeutralToolChoice | null, tools: readonly NeutralTool[]): unknown {
  if (choice === null) return null;
  const named = (name: string): JsonObject => {
    const isCustom = tools.some((tool) => tool.kind === "custom" && tool.name === name);
    return isCustom ? { type: "custom", custom: { name } } : { type: "function", function: { name } };
  };
  switch (choice.kind) {
    case "tool":
      return named(choice.name);
    case "allowed":
      return { type: "allowed_tools", allowed_tools: { mode: choice.mode, tools: choice.names.map(named) } };
    default:
      return choice.kind;
  }
}
