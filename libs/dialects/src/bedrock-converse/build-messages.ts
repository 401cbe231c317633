import type { ModelTraits } from "../anthropic-messages/model-traits.ts";
import { withCallIds } from "../neutral/call-ids.ts";
import type { LossList } from "../neutral/loss.ts";
import type { NeutralMessage } from "../neutral/message.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import { systemFirst } from "../neutral/system-first.ts";
import { buildBlocks, cachePoint } from "./build-block.ts";
import { callIdOf } from "./call-id.ts";
import type { ModelFamily } from "./model-family.ts";

type Context = {
  readonly losses: LossList;
  readonly family: ModelFamily;
  /** Of one of Anthropic's models. */
  readonly claude: ModelTraits | null;
};
type Inner = Omit<Context, "claude"> & { readonly documents: Set<string> };
export type Turn = { readonly role: "user" | "assistant"; readonly content: JsonObject[] };

type Conversation = { readonly system: JsonObject[]; readonly messages: readonly Turn[] };

/** The `system` and the `messages` of a request. */
export function buildMessages({ messages, cache }: NeutralRequest, { losses, family, claude }: Context): Conversation {
  const context = { losses, family, documents: new Set<string>() };
  const system: JsonObject[] = [];
  const turns: Turn[] = [];
  const withIds = withCallIds(messages, (id, place) => callIdOf(id, place, family));
  for (const { message, path } of systemFirst(withIds, losses)) {
    if (message.name !== undefined && message.role !== "tool") losses.add(`${path}.name`, "name", "no-equivalent");
    if (message.role === "system" || message.role === "developer") {
      system.push(...blocksOf(message, path, context).filter((block) => isSystemBlock(block, path, losses)));
    } else append(turns, buildTurn(message, path, context));
  }
  standIn(turns, claude, losses);
  const last = turns.at(-1);
  if (cache !== undefined && last !== undefined) last.content.push(...cachePoint(cache, { path: "", losses, family }));
  return { system, messages: turns };
}

/** Roles must alternate, and a turn must hold something. */
function append(turns: Turn[], turn: Turn): void {
  const last = turns.at(-1);
  if (turn.content.length === 0) return;
  if (last?.role === turn.role) last.content.push(...turn.content);
  else turns.push(turn);
}

function buildTurn(message: NeutralMessage, path: string, context: Inner): Turn {
  if (message.role === "tool") return { role: "user", content: buildResult(message, path, context) };
  return { role: message.role === "assistant" ? "assistant" : "user", content: blocksOf(message, path, context) };
}

function blocksOf(message: NeutralMessage, path: string, context: Inner): JsonObject[] {
  return message.parts.flatMap((part, index) => buildBlocks(part, { ...context, path: `${path}.parts[${index}]` }));
}

function isSystemBlock(block: JsonObject, path: string, losses: LossList): boolean {
  if (block["text"] !== undefined || block["cachePoint"] !== undefined) return true;
  losses.add(path, "system-media", "no-equivalent");
  return false;
}

function buildResult(message: NeutralMessage & { role: "tool" }, path: string, context: Inner): JsonObject[] {
  const blocks = blocksOf(message, path, context);
  const content = blocks.filter(
    (block) => block["cachePoint"] === undefined && isResultBlock(block, path, context.losses),
  );
  const toolResult = {
    toolUseId: message.callId,
    content,
    ...(message.isError === true ? { status: "error" } : {}),
  };
  const marks = blocks.filter((block) => block["cachePoint"] !== undefined);
  const own = message.cache === undefined ? [] : cachePoint(message.cache, { ...context, path });
  // A mark cannot stand inside a result, and one after it keeps the same prompt and a little more.
  return [{ toolResult }, ...[...marks, ...own].slice(0, 1)];
}

function isResultBlock(block: JsonObject, path: string, losses: LossList): boolean {
  if (block["audio"] === undefined) return true;
  losses.add(path, "tool-result-media", "no-equivalent");
  return false;
}

/** A conversation begins with the user, and the newest Claude takes none that ends with its own words. */
function standIn(turns: Turn[], claude: ModelTraits | null, losses: LossList): void {
  if (turns[0]?.role !== "user") {
    losses.add("messages", "first-turn", "approximated");
    turns.unshift({ role: "user", content: [{ text: "Begin." }] });
  }
  if (claude === null || claude.prefill) return trimEnd(turns.at(-1), losses);
  if (turns.at(-1)?.role !== "assistant") return;
  losses.add("messages", "last-turn", "approximated");
  turns.push({ role: "user", content: [{ text: "Go on." }] });
}

/** An answer that the model is to continue must not end in white space; signed reasoning is never touched. */
function trimEnd(turn: Turn | undefined, losses: LossList): void {
  const last = turn?.content.at(-1);
  if (turn?.role !== "assistant" || typeof last?.["text"] !== "string") return;
  const text = last["text"].trimEnd();
  if (text === last["text"]) return;
  losses.add("messages", "trailing-space", "approximated");
  turn.content[turn.content.length - 1] = { text };
}
