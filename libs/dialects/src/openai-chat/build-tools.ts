import type { LossList } from "../neutral/loss.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralTool, NeutralToolChoice } from "../neutral/tool.ts";

/** The tools of a request that was read from another form. */
export function buildTools(tools: readonly NeutralTool[], losses: LossList): JsonObject[] {
  return tools.flatMap((tool, index) => {
    const path = `tools[${index}]`;
    if (tool.kind === "other") {
      losses.add(path, tool.type, "foreign");
      return [];
    }
    return [tool.kind === "custom" ? buildCustom(tool) : buildFunction(tool, path, losses)];
  });
}

function buildFunction(tool: NeutralTool & { kind: "function" }, path: string, losses: LossList): JsonObject {
  const { name, description, parameters, strict, cache } = tool;
  if (cache !== undefined) losses.add(`${path}.cache`, "cache-mark", "no-equivalent");
  const definition = {
    name,
    ...(description === null ? {} : { description }),
    ...(parameters === null ? {} : { parameters }),
    ...(strict === null ? {} : { strict }),
  };
  return { type: "function", function: definition };
}

function buildCustom({ name, description, format }: NeutralTool & { kind: "custom" }): JsonObject {
  const definition = { name, ...(description === null ? {} : { description }), ...(format === null ? {} : { format }) };
  return { type: "custom", custom: definition };
}

export function buildToolChoice(choice: NeutralToolChoice | null): unknown {
  if (choice === null) return null;
  switch (choice.kind) {
    case "tool":
      return { type: "function", function: { name: choice.name } };
    case "allowed": {
      const tools = choice.names.map((name) => ({ type: "function", function: { name } }));
      return { type: "allowed_tools", allowed_tools: { mode: choice.mode, tools } };
    }
    default:
      return choice.kind;
  }
}
