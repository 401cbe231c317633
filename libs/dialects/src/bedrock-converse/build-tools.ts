import type { ModelTraits } from "../anthropic-messages/model-traits.ts";
import type { LossList } from "../neutral/loss.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralTool, NeutralToolChoice } from "../neutral/tool.ts";
import { cachePoint } from "./build-block.ts";
import type { ModelFamily } from "./model-family.ts";

const ANY_OBJECT = { type: "object", properties: {} };

type ToolConfig = { readonly toolConfig?: { readonly tools: JsonObject[]; readonly toolChoice?: JsonObject } };

/** The `toolConfig` of a request; nothing where it has no tools. */
export function buildTools(request: NeutralRequest, context: Context): ToolConfig {
  const { toolChoice } = request;
  const { losses } = context;
  const wanted = toolChoice?.kind === "allowed" ? new Set(toolChoice.names) : null;
  const called = calledNames(request);
  // There is no word for calling none, so the tools are left out; but a conversation that has called some must name them.
  const isOff = toolChoice?.kind === "none";
  if (isOff && called.size > 0) losses.add("toolChoice", "tool-choice", "no-equivalent");
  if (isOff && called.size === 0) return {};
  const tools = request.tools.flatMap((tool, index) => {
    const isWanted = wanted === null || tool.name === null || wanted.has(tool.name);
    return isWanted ? buildTool(tool, `tools[${index}]`, context) : [];
  });
  const declared = tools.some((tool) => tool["toolSpec"] !== undefined);
  if (!declared && called.size === 0) return {};
  const named = declared ? [] : [...called].map((name) => ({ toolSpec: { name, inputSchema: { json: ANY_OBJECT } } }));
  const choice = declared && toolChoice !== null ? buildChoice(toolChoice, context) : null;
  return { toolConfig: { tools: [...named, ...tools], ...(choice === null ? {} : { toolChoice: choice }) } };
}

/** The names of the tools that the conversation has called. */
function calledNames({ messages }: NeutralRequest): ReadonlySet<string> {
  const parts = messages.flatMap((message) => message.parts);
  return new Set(parts.flatMap((part) => (part.kind === "tool-call" ? [part.name] : [])));
}

type Context = {
  readonly family: ModelFamily;
  /** Of one of Anthropic's models. */
  readonly claude: ModelTraits | null;
  readonly losses: LossList;
};

function buildTool(tool: NeutralTool, path: string, { family, losses }: Context): JsonObject[] {
  if (tool.kind === "other") {
    losses.add(path, tool.type, "foreign");
    return [];
  }
  if (tool.kind === "custom") {
    // A call of a tool that takes free text would come back as one of a function, which the client does not have.
    losses.add(path, "custom-tool", "no-equivalent");
    return [];
  }
  const { name, description, parameters, strict, cache } = tool;
  const toolSpec = {
    name,
    ...(description === null || description === "" ? {} : { description }),
    inputSchema: { json: parameters === null ? ANY_OBJECT : { type: "object", ...parameters } },
    ...(strict === true ? { strict } : {}),
  };
  // Amazon's own models keep system text and messages alone.
  const marks =
    cache === undefined ? [] : cachePoint(cache, { path, losses, family: family === "nova" ? "other" : family });
  return [{ toolSpec }, ...marks];
}

/** Whether the model must call a tool. */
export function isForced({ toolConfig }: ToolConfig): boolean {
  const choice = toolConfig?.toolChoice;
  return choice !== undefined && choice["auto"] === undefined;
}

function buildChoice(choice: NeutralToolChoice, { claude, losses }: Context): JsonObject | null {
  const requested = choiceOf(choice);
  if (requested === null || requested["auto"] !== undefined || claude === null || claude.forcedTools) return requested;
  losses.add("toolChoice", "forced-tool", "no-equivalent");
  return { auto: {} };
}

function choiceOf(choice: NeutralToolChoice): JsonObject | null {
  switch (choice.kind) {
    case "auto":
      return { auto: {} };
    case "required":
      return { any: {} };
    case "tool":
      return { tool: { name: choice.name } };
    case "allowed":
      return choice.mode === "required" ? { any: {} } : { auto: {} };
    default:
      return null;
  }
}
