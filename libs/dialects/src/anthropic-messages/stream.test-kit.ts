import { SseParser } from "../sse/parser.ts";
import type { Usage } from "@signalbox/proto";
import type { WireEvent } from "../framing.ts";
import { ResponseCollector } from "../neutral/collect.ts";
import type { NeutralResponse } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralChunk } from "../neutral/stream-event.ts";
import type { StreamProgress } from "../neutral/stream-progress.ts";
import { AnswerCollector } from "./collect.ts";
import { startWriting, writeChunk, writeTail } from "./render-stream.ts";
import { startReading } from "./read-state.ts";
import { readEnd, readEvent } from "./stream.ts";

const DEFAULTS = { id: "msg_0198", createdAtS: 1_700_000_000, model: "fallback-model" };
export const OPTIONS = { provider: "acme", secrets: [], defaults: DEFAULTS };
export const NOTE = { decisionId: "d", costPicoUsd: "1500000", endpoint: "acme/m" };
export const ESTIMATED = {
  inputTokens: 3,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 4,
  reasoningTokens: 0,
  source: "estimated",
} as const satisfies Usage;

type Run = {
  readonly progress: StreamProgress;
  readonly chunks: readonly NeutralChunk[];
  /** What was read, in no vendor's words; null when the stream was not whole. */
  readonly response: NeutralResponse | null;
  /** All that a caller of this dialect read, byte for byte. */
  readonly text: string;
  readonly events: readonly JsonObject[];
  /** What a cache would keep. */
  readonly collected: unknown;
};

/** A provider's stream, cut as given, through the whole codec to the frames of a caller of this dialect. */
export function runStream(pieces: readonly Uint8Array[]): Run {
  const parser = new SseParser();
  const neutral = new ResponseCollector();
  const kept = new AnswerCollector();
  let reading = startReading({ ...OPTIONS, choices: 1 });
  let writing = startWriting({ includeUsage: true, inputTokens: 3 });
  let text = "";
  const all: NeutralChunk[] = [];
  for (const event of [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()]) {
    const [nextReading, chunks] = readEvent(reading, event);
    reading = nextReading;
    for (const chunk of chunks) {
      all.push(chunk);
      neutral.add(chunk);
      kept.add(chunk);
      const [nextWriting, frame] = writeChunk(writing, chunk);
      writing = nextWriting;
      text += frame;
    }
  }
  const { progress } = readEnd(reading);
  const usage = progress.usage ?? ESTIMATED;
  const tail = { usage, usageSource: progress.usageSource, usageForm: "anthropic-messages" } as const;
  if (progress.end.kind === "done") text += writeTail(writing, { ...tail, note: NOTE });
  const response = neutral.response(progress.usage);
  return { progress, chunks: all, response, text, events: eventsOf(text), collected: kept.body(tail) };
}

/** Events with these bodies, as Anthropic sends them. */
export function sse(...events: readonly JsonObject[]): Uint8Array {
  const text = events.map((event) => `event: ${String(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`);
  return new TextEncoder().encode(text.join(""));
}

/** The events of a caller's stream, each of which has its type as its name. */
export function eventsOf(text: string): readonly JsonObject[] {
  const parser = new SseParser();
  const events: WireEvent[] = [...parser.push(new TextEncoder().encode(text)), ...parser.end()];
  return events.map(({ event, data }) => {
    const body = JSON.parse(data) as JsonObject;
    if (body["type"] !== event) throw new Error(`The event ${event} has the type ${String(body["type"])}.`);
    return body;
  });
}

export const start = (fields: JsonObject = {}): JsonObject => ({
  type: "message_start",
  message: {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-x",
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 1, cache_read_input_tokens: 4, cache_creation_input_tokens: 2 },
    ...fields,
  },
});
export const open = (index: number, content_block: JsonObject): JsonObject => {
  return { type: "content_block_start", index, content_block };
};
export const piece = (index: number, delta: JsonObject): JsonObject => ({ type: "content_block_delta", index, delta });
export const close = (index: number): JsonObject => ({ type: "content_block_stop", index });
export const end = (stop_reason: string, fields: JsonObject = {}): JsonObject => {
  return {
    type: "message_delta",
    delta: { stop_reason, stop_sequence: null, ...fields },
    usage: { output_tokens: 12 },
  };
};
export const STOP: JsonObject = { type: "message_stop" };
/** A whole block of text. */
export const text = (index: number, said: string): readonly JsonObject[] => {
  return [open(index, { type: "text", text: "" }), piece(index, { type: "text_delta", text: said }), close(index)];
};
