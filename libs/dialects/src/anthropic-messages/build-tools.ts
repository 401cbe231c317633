import type { LossList } from "../neutral/loss.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralTool, NeutralToolChoice } from "../neutral/tool.ts";
import { listed } from "./build-content.ts";
import { markField } from "./cache-mark.ts";
import type { ModelTraits } from "./model-traits.ts";
import { outputSchemaOf } from "./output-schema.ts";
import { FREE_TEXT_FIELD } from "./tool-input.ts";

type Context = { readonly losses: LossList; readonly traits: ModelTraits };

const ANYTHING: JsonObject = { type: "object", properties: {} };
const FREE_TEXT: JsonObject = {
  type: "object",
  properties: { [FREE_TEXT_FIELD]: { type: "string" } },
  required: [FREE_TEXT_FIELD],
};

/** The tools of a request that was read from another form. */
export function buildTools({ tools, toolChoice }: NeutralRequest, context: Context): JsonObject[] {
  const names = toolChoice?.kind === "allowed" ? toolChoice.names : null;
  return tools.flatMap((tool, index) => {
    if (names !== null && !names.includes(tool.name ?? "")) return [];
    return listed(buildTool(tool, `tools[${index}]`, context));
  });
}

function buildTool(tool: NeutralTool, path: string, { losses, traits }: Context): JsonObject | null {
  if (tool.kind === "other") {
    if (tool.form === "anthropic-messages") return tool.body;
    losses.add(path, tool.type, "foreign");
    return null;
  }
  const head = { name: tool.name, ...(tool.description === null ? {} : { description: tool.description }) };
  if (tool.kind === "custom") {
    losses.add(path, "custom-tool", "approximated");
    return { ...head, input_schema: FREE_TEXT };
  }
  return { ...head, ...schemaOf(tool, path, { losses, traits }), ...markField(tool.cache) };
}

function schemaOf(tool: NeutralTool & { kind: "function" }, path: string, { losses, traits }: Context): JsonObject {
  const given = tool.parameters ?? ANYTHING;
  const schema = given["type"] === "object" ? given : { ...given, type: "object" };
  if (tool.strict !== true) return { input_schema: schema };
  if (!traits.structured) {
    losses.add(`${path}.strict`, "strict-tool", "no-equivalent");
    return { input_schema: schema };
  }
  const narrowed = outputSchemaOf(schema);
  if (!narrowed.isExact) losses.add(`${path}.parameters`, "schema", "approximated");
  return { input_schema: narrowed.schema, strict: true };
}

/** `tool_choice`, with the rule on parallel calls; null where the request asks for nothing special. */
export function buildToolChoice(request: NeutralRequest, { losses, traits }: Context): JsonObject | null {
  const { toolChoice, parallelTools } = request;
  const rule = parallelTools === false ? { disable_parallel_tool_use: true } : {};
  if (toolChoice === null) return parallelTools === false ? { type: "auto", ...rule } : null;
  const choice = choiceOf(toolChoice);
  if (toolChoice.kind === "allowed") losses.add("toolChoice", "allowed-tools", "approximated");
  if (isForced(choice) && !traits.forcedTools) {
    losses.add("toolChoice", "forced-tool", "no-equivalent");
    return { type: "auto", ...rule };
  }
  return choice["type"] === "none" ? choice : { ...choice, ...rule };
}

/** Whether the model must call a tool: it may not think then. */
export function isForced(choice: JsonObject | null): boolean {
  return choice?.["type"] === "any" || choice?.["type"] === "tool";
}

function choiceOf(choice: NeutralToolChoice): JsonObject {
  switch (choice.kind) {
    case "tool":
      return { type: "tool", name: choice.name };
    case "allowed":
      return { type: choice.mode === "required" ? "any" : "auto" };
    case "required":
      return { type: "any" };
    default:
      return { type: choice.kind };
  }
}
