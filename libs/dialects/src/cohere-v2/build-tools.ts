import type { LossList } from "../neutral/loss.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralTool, NeutralToolChoice } from "../neutral/tool.ts";

type FunctionTool = NeutralTool & { readonly kind: "function" };

/** `tools`, `strict_tools` and `tool_choice`; empty where the request has no function. */
export function buildTools(request: NeutralRequest, losses: LossList): JsonObject {
  const functions = functionsOf(request.tools, losses);
  if (functions.length === 0) return {};
  const offered = offeredBy(request.toolChoice, functions);
  if (request.parallelTools === false) losses.add("parallelTools", "parallel-tools", "no-equivalent");
  const choice = buildChoice(request.toolChoice, losses);
  return {
    tools: offered.map(([tool]) => buildFunction(tool)),
    ...strictness(offered, losses),
    ...(choice === null ? {} : { tool_choice: choice }),
  };
}

type Placed = readonly [tool: FunctionTool, index: number];

function functionsOf(tools: readonly NeutralTool[], losses: LossList): Placed[] {
  return tools.flatMap((tool, index): Placed[] => {
    const path = `tools[${index}]`;
    if (tool.kind !== "function") {
      losses.add(
        path,
        tool.kind === "custom" ? "custom-tool" : tool.type,
        tool.kind === "custom" ? "no-equivalent" : "foreign",
      );
      return [];
    }
    if (tool.cache !== undefined) losses.add(`${path}.cache`, "cache-mark", "no-equivalent");
    return [[tool, index]];
  });
}

/** Cohere cannot be told which tool to call, but it can only call what it is shown. */
function offeredBy(choice: NeutralToolChoice | null, tools: readonly Placed[]): readonly Placed[] {
  if (choice?.kind === "tool") return tools.filter(([{ name }]) => name === choice.name);
  if (choice?.kind === "allowed") return tools.filter(([{ name }]) => choice.names.includes(name));
  return tools;
}

function buildChoice(choice: NeutralToolChoice | null, losses: LossList): "REQUIRED" | "NONE" | null {
  switch (choice?.kind) {
    case "tool":
      losses.add("toolChoice", "tool-choice", "approximated");
      return "REQUIRED";
    case "allowed":
      losses.add("toolChoice", "tool-choice", "approximated");
      return choice.mode === "required" ? "REQUIRED" : null;
    case "required":
      return "REQUIRED";
    case "none":
      return "NONE";
    default:
      return null;
  }
}

/** Strictness is a switch for all tools. It is only turned on where all tools ask for it, because it refuses some schemas. */
function strictness(tools: readonly Placed[], losses: LossList): JsonObject {
  const strict = tools.filter(([tool]) => tool.strict === true);
  if (strict.length === 0) return {};
  if (strict.length === tools.length) return { strict_tools: true };
  for (const [, index] of strict) losses.add(`tools[${index}].strict`, "strict", "no-equivalent");
  return {};
}

function buildFunction({ name, description, parameters }: FunctionTool): JsonObject {
  const definition = {
    name,
    ...(description === null ? {} : { description }),
    // The field is required, also of a tool that takes nothing.
    parameters: parameters ?? { type: "object", properties: {} },
  };
  return { type: "function", function: definition };
}
