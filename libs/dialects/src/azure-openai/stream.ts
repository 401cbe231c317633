import { isObject } from "../check/check-value.ts";
import type { ReadState, ReadStreamOptions } from "../egress-codec.ts";
import type { WireEvent } from "../framing.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralChunk } from "../neutral/stream-event.ts";
import {
  type ChatReadState,
  readEnd as readChatEnd,
  readEvent as readChatEvent,
  startReading as startChat,
} from "../openai-chat/stream.ts";

/** What is known of a provider's stream between two events. */
export type AzureReadState = ReadState & {
  readonly chat: ChatReadState;
  /** What the filter found in the prompt, until there is a chunk that it can stand on. */
  readonly findings: JsonObject | null;
};

export function startReading(options: ReadStreamOptions): AzureReadState {
  return withChat(startChat(options), null);
}

/**
 * Reads one event. The stream begins with the filter's findings of the prompt, in a chunk without an id or a model, from which an
 * answer's head cannot be read: they are put on the next one.
 */
export function readEvent(state: AzureReadState, event: WireEvent): readonly [AzureReadState, readonly NeutralChunk[]] {
  const { chat, findings } = state;
  const isHead = chat.head === null && chat.progress.end.kind === "open";
  const body = isHead ? parseObject(event.data) : null;
  if (body !== null && isFindings(body)) {
    return [withChat(chat, { ...findings, prompt_filter_results: body["prompt_filter_results"] }), []];
  }
  const isFirst = body !== null && findings !== null;
  const [next, chunks] = readChatEvent(
    chat,
    isFirst ? { ...event, data: JSON.stringify({ ...findings, ...body }) } : event,
  );
  return [withChat(next, isFirst ? null : findings), chunks];
}

export function readEnd(state: AzureReadState): AzureReadState {
  return withChat(readChatEnd(state.chat), state.findings);
}

function isFindings(body: JsonObject): boolean {
  const { choices, id } = body;
  const isEmpty = Array.isArray(choices) && choices.length === 0;
  return isEmpty && (id === "" || id === undefined) && Array.isArray(body["prompt_filter_results"]);
}

function withChat(chat: ChatReadState, findings: JsonObject | null): AzureReadState {
  return { options: chat.options, progress: chat.progress, chat, findings };
}

function parseObject(data: string): JsonObject | null {
  try {
    const body: unknown = JSON.parse(data);
    return isObject(body) ? body : null;
  } catch {
    return null;
  }
}
