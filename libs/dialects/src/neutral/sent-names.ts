import { createHash } from "node:crypto";
import type { LossList } from "./loss.ts";
import type { NeutralPart } from "./part.ts";
import type { NeutralRequest } from "./request.ts";
import type { NeutralToolChoice } from "./tool.ts";

/** The caller's names of tools by those that were sent in their place; only of tools whose name a wire does not take. */
export type ToolNames = ReadonlyMap<string, string>;

/** What the caller knows a tool as that a model calls by this name. */
export function callersName(called: string, toolNames: ToolNames | undefined): string {
  return toolNames?.get(called) ?? called;
}

const HASH_CHARS = 16;

/** A name as a wire takes it that has letters, digits, `_` and `-`: the same for the same name, and another for another. */
function sentName(name: string, maxChars: number): string {
  const plain = name.replaceAll(/[^a-zA-Z0-9_-]/g, "_");
  if (plain === name && name !== "" && name.length <= maxChars) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, HASH_CHARS);
  return `${plain.slice(0, maxChars - HASH_CHARS - 1)}_${hash}`;
}

/** The request with names of tools as a wire takes them, and what they are to be called in its answer. */
export function withSentNames(
  request: NeutralRequest,
  { maxChars, losses }: { maxChars: number; losses: LossList },
): { readonly request: NeutralRequest; readonly toolNames?: ToolNames } {
  const toolNames = new Map<string, string>();
  const sent = (name: string): string => {
    const other = sentName(name, maxChars);
    if (other !== name) toolNames.set(other, name);
    return other;
  };
  const tools = request.tools.map((tool, index) => {
    if (tool.kind === "other" || sent(tool.name) === tool.name) return tool;
    losses.add(`tools[${index}].name`, "tool-name", "approximated");
    return { ...tool, name: sent(tool.name) };
  });
  const renamed = (part: NeutralPart): NeutralPart =>
    part.kind === "tool-call" ? { ...part, name: sent(part.name) } : part;
  const messages = request.messages.map((message) => ({ ...message, parts: message.parts.map(renamed) }));
  const toolChoice = request.toolChoice === null ? null : choiceBy(request.toolChoice, sent);
  return toolNames.size === 0 ? { request } : { request: { ...request, tools, messages, toolChoice }, toolNames };
}

function choiceBy(choice: NeutralToolChoice, sent: (name: string) => string): NeutralToolChoice {
  if (choice.kind === "tool") return { ...choice, name: sent(choice.name) };
  return choice.kind === "allowed" ? { ...choice, names: choice.names.map(sent) } : choice;
}
