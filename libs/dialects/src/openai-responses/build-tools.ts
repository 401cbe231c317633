import type { LossList } from "../neutral/loss.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralTool, NeutralToolChoice } from "../neutral/tool.ts";
import { flatFormat } from "./custom-format.ts";

/** The tools of a request that was read from another form. */
export function buildTools(tools: readonly NeutralTool[], losses: LossList): JsonObject[] {
  return tools.flatMap((tool, index) => {
    if (tool.kind === "other") {
      losses.add(`tools[${index}]`, tool.type, "foreign");
      return [];
    }
    return [tool.kind === "custom" ? buildCustom(tool) : buildFunction(tool, `tools[${index}]`, losses)];
  });
}

function buildFunction(tool: NeutralTool & { kind: "function" }, path: string, losses: LossList): JsonObject {
  const { name, description, parameters, strict, cache } = tool;
  if (cache !== undefined) losses.add(`${path}.cache`, "cache-mark", "no-equivalent");
  return {
    type: "function",
    name,
    ...(description === null ? {} : { description }),
    parameters,
    // Absent means strict in this format, and not strict in the others.
    strict: strict ?? false,
  };
}

function buildCustom({ name, description, format }: NeutralTool & { kind: "custom" }): JsonObject {
  return {
    type: "custom",
    name,
    ...(description === null ? {} : { description }),
    ...(format === null ? {} : { format: flatFormat(format) }),
  };
}

export function buildToolChoice(choice: NeutralToolChoice | null, tools: readonly NeutralTool[]): unknown {
  if (choice === null) return null;
  const reference = (name: string): JsonObject => {
    const isCustom = tools.some((tool) => tool.kind === "custom" && tool.name === name);
    return { type: isCustom ? "custom" : "function", name };
  };
  switch (choice.kind) {
    case "tool":
      return reference(choice.name);
    case "allowed":
      return { type: "allowed_tools", mode: choice.mode, tools: choice.names.map(reference) };
    default:
      return choice.kind;
  }
}
