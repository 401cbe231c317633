import { plainText } from "../check/plain-value.ts";
import { isObject } from "../check/check-value.ts";
import type { LossList } from "../neutral/loss.ts";
import type { RequestQuirks } from "../request-quirks.ts";

type Kinds = NonNullable<RequestQuirks["toolChoices"]>;

/**
 * A `tool_choice` that the host takes. One that names tools is said by showing the model those tools alone, one that the host cannot be
 * held to is left to the model, and to call none the model is shown none.
 */
export function fitToolChoice(body: Record<string, unknown>, kinds: Kinds, losses: LossList): void {
  const choice = body["tool_choice"];
  if (choice === undefined || choice === null) return;
  const { kind, names, mode } = readChoice(choice);
  if (kinds.includes(kind)) return;
  losses.add("toolChoice", "tool-choice", "approximated");
  if (kind === "none") {
    for (const field of ["tools", "tool_choice", "parallel_tool_calls"]) delete body[field];
    return;
  }
  if (names !== null) body["tools"] = toolsNamed(body["tools"], names);
  if (kinds.includes(mode)) body["tool_choice"] = mode;
  else delete body["tool_choice"];
}

type Choice = { kind: Kinds[number]; names: readonly string[] | null; mode: "auto" | "required" };

function readChoice(choice: unknown): Choice {
  if (!isObject(choice)) {
    const kind = choice === "none" || choice === "required" ? choice : "auto";
    return { kind, names: null, mode: kind === "required" ? kind : "auto" };
  }
  const allowed = choice["allowed_tools"];
  if (!isObject(allowed)) return { kind: "tool", names: nameOf(choice), mode: "required" };
  const tools = Array.isArray(allowed["tools"]) ? allowed["tools"] : [];
  const mode = allowed["mode"] === "required" ? "required" : "auto";
  return { kind: "allowed", names: tools.flatMap(nameOf), mode };
}

function toolsNamed(tools: unknown, names: readonly string[]): unknown {
  return Array.isArray(tools) ? tools.filter((tool) => nameOf(tool).some((name) => names.includes(name))) : tools;
}

/** The name of a tool, or of a choice, which have one shape. */
function nameOf(tool: unknown): string[] {
  const inner = isObject(tool) ? tool[plainText(tool["type"])] : undefined;
  return isObject(inner) && typeof inner["name"] === "string" ? [inner["name"]] : [];
}
