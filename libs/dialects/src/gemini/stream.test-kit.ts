import type { EventParser } from "../framing.ts";
import { ResponseCollector } from "../neutral/collect.ts";
import type { NeutralResponse } from "../neutral/response.ts";
import type { NeutralChunk } from "../neutral/stream-event.ts";
import type { StreamProgress } from "../neutral/stream-progress.ts";
import { SseParser } from "../sse/parser.ts";
import { AnswerCollector } from "./collect.ts";
import { JsonArrayParser } from "./json-array-parser.ts";
import { startWriting, writeChunk, writeTail } from "./render-stream.ts";
import { lastChunks, readEnd, readEvent, startReading } from "./stream.ts";

export type Part = { text?: string; thought?: boolean; thoughtSignature?: string; [field: string]: unknown };
type Event = {
  candidates?: { index: number; content: { role: string; parts: Part[] }; finishReason?: string }[];
  usageMetadata?: Record<string, unknown>;
  [field: string]: unknown;
};

type Run = {
  progress: StreamProgress;
  /** All that the caller read, byte for byte. */
  text: string;
  /** What it read, event by event. */
  events: Event[];
  /** The answer in the neutral form; null when it is not over. */
  response: NeutralResponse | null;
  /** What a cache would keep. */
  collected: unknown;
};

export const DEFAULTS = { id: "resp-0198", createdAtS: 1_700_000_000, model: "fallback-model" };
export const NOTE = { decisionId: "d", costPicoUsd: "1500000", endpoint: "google/m" };
const ESTIMATED = {
  inputTokens: 3,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 4,
  reasoningTokens: 0,
  source: "estimated",
} as const;

type RunOptions = { sse?: boolean; choices?: number; callerSse?: boolean };

/** A provider's stream, cut as given, through the whole codec to the caller's frames. */
export function runStream(pieces: readonly Uint8Array[], options: RunOptions = {}): Run {
  const parser: EventParser = options.sse === false ? new JsonArrayParser() : new SseParser();
  let reading = startReading({ provider: "acme", secrets: [], choices: options.choices ?? 1, defaults: DEFAULTS });
  const chunks: NeutralChunk[] = [];
  for (const each of [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()]) {
    const [next, found] = readEvent(reading, each);
    reading = next;
    chunks.push(...found);
  }
  chunks.push(...lastChunks(reading));
  return { ...written(chunks, readEnd(reading).progress, options.callerSse ?? true) };
}

/** What these events are read as. */
export function readChunks(events: readonly object[]): readonly NeutralChunk[] {
  let reading = startReading({ provider: "acme", secrets: [], choices: 1, defaults: DEFAULTS });
  const chunks = events.flatMap((body) => {
    const [next, found] = readEvent(reading, { event: "", data: JSON.stringify(body) });
    reading = next;
    return found;
  });
  return [...chunks, ...lastChunks(reading)];
}

/** Chunks of any wire as a caller of this dialect gets them. */
export function written(chunks: readonly NeutralChunk[], progress: StreamProgress, asSse = true): Run {
  const collector = new AnswerCollector();
  const neutral = new ResponseCollector();
  let writing = startWriting({ includeUsage: true, envelope: { sse: asSse } });
  let text = "";
  for (const chunk of chunks) {
    collector.add(chunk);
    neutral.add(chunk);
    const [next, frame] = writeChunk(writing, chunk);
    writing = next;
    text += frame;
  }
  const { usage, usageSource, end } = progress;
  const tail = { usage: usage ?? ESTIMATED, usageSource, usageForm: chunks[0]?.source.dialect ?? "gemini" };
  if (end.kind === "done") text += writeTail(writing, { ...tail, note: NOTE });
  const events = asSse ? eventsOf(text) : end.kind === "done" ? (JSON.parse(text) as Event[]) : [];
  return { progress, text, events, response: neutral.response(usage), collected: collector.body(tail) };
}

export function eventsOf(text: string): Event[] {
  const parser = new SseParser();
  const events = [...parser.push(new TextEncoder().encode(text)), ...parser.end()];
  return events.map(({ data }) => JSON.parse(data) as Event);
}

export function sse(...events: unknown[]): Uint8Array {
  return new TextEncoder().encode(events.map((each) => `data: ${JSON.stringify(each)}\r\n\r\n`).join(""));
}

/** As the API streams where it is not asked for server-sent events. */
export function jsonArray(...events: unknown[]): Uint8Array {
  return new TextEncoder().encode(`[${events.map((each) => JSON.stringify(each, null, 1)).join(",\r\n")}]\n`);
}

/** An event of one candidate. */
export function event(parts: unknown[], finishReason?: string, extra: Record<string, unknown> = {}): object {
  const candidate = { content: { parts, role: "model" }, ...(finishReason === undefined ? {} : { finishReason }) };
  return { candidates: [{ ...candidate, index: 0 }], responseId: "r1", modelVersion: "gemini-3-pro", ...extra };
}

/** All parts of a choice that a caller read. */
export function partsOf(events: readonly Event[], index = 0): Part[] {
  return events.flatMap((each) =>
    (each.candidates ?? []).filter((candidate) => candidate.index === index).flatMap(({ content }) => content.parts),
  );
}
