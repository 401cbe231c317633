import { createHash } from "node:crypto";
import type { TranslationLoss } from "@signalbox/proto";
import { LossList } from "./loss.ts";
import type { NeutralMessage } from "./message.ts";
import type { NeutralPart } from "./part.ts";
import type { NeutralRequest } from "./request.ts";
import type { NeutralToolChoice } from "./tool.ts";

/** The caller's names of tools by those that were sent in their place; only of tools whose name a wire does not take. */
export type ToolNames = ReadonlyMap<string, string>;

type SentRequest = {
  readonly request: NeutralRequest;
  readonly losses: readonly TranslationLoss[];
  /** Absent: every name was sent as it is. */
  readonly toolNames?: ToolNames;
};

/** What every wire takes: so many letters, digits and underscores, and no digit first. */
const SENT_MAX_CHARS = 64;
const HASH_CHARS = 16;

/** The name that stands in for another, on any wire: the same in every request, which prompt caches rest on, and of no other name. */
function plainName(name: string): string {
  const hash = createHash("sha256").update(name).digest("hex").slice(0, HASH_CHARS);
  const plain = name.replaceAll(/[^a-zA-Z0-9_]/g, "_").replace(/^(?=\d)/, "_");
  return `${plain.slice(0, SENT_MAX_CHARS - HASH_CHARS - 1)}_${hash}`;
}

/** The request with names of tools as a wire takes them, and what they are to be called in its answer. */
export function withSentNames(request: NeutralRequest, taken: RegExp): SentRequest {
  const losses = new LossList();
  const toolNames = new Map<string, string>();
  const sent = (name: string): string => {
    if (taken.test(name)) return name;
    const other = plainName(name);
    toolNames.set(other, name);
    return other;
  };
  const tools = request.tools.map((tool, index) => {
    if (tool.kind === "other") return tool;
    const name = sent(tool.name);
    if (name !== tool.name) losses.add(`tools[${index}].name`, "tool-name", "approximated");
    return { ...tool, name };
  });
  const messages = request.messages.map((message) => messageBy(message, sent));
  const toolChoice = request.toolChoice === null ? null : choiceBy(request.toolChoice, sent);
  if (toolNames.size === 0) return { request, losses: losses.all };
  return { request: { ...request, tools, messages, toolChoice }, losses: losses.all, toolNames };
}

function messageBy(message: NeutralMessage, sent: (name: string) => string): NeutralMessage {
  const isNamed = message.role === "tool" && message.name !== undefined;
  // Most messages of a long session name no tool.
  if (!isNamed && !message.parts.some(({ kind }) => kind === "tool-call")) return message;
  const parts = message.parts.map((part): NeutralPart => {
    return part.kind === "tool-call" ? { ...part, name: sent(part.name) } : part;
  });
  return isNamed ? { ...message, parts, name: sent(message.name) } : { ...message, parts };
}

function choiceBy(choice: NeutralToolChoice, sent: (name: string) => string): NeutralToolChoice {
  if (choice.kind === "tool") return { ...choice, name: sent(choice.name) };
  return choice.kind === "allowed" ? { ...choice, names: choice.names.map(sent) } : choice;
}
