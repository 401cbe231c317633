import OpenAI from "openai";
import { openaiResponsesEgress } from "./egress.ts";
import { openaiResponsesIngress } from "./ingress.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { NeutralChunk } from "../neutral/stream-event.ts";
import type { StreamProgress } from "../neutral/stream-progress.ts";
import { SseParser } from "../sse/parser.ts";

export type Event = { type: string; sequence_number: number; [field: string]: unknown };

export type Run = {
  readonly chunks: readonly NeutralChunk[];
  readonly progress: StreamProgress;
  /** All that the caller read, byte for byte. */
  readonly text: string;
  readonly events: readonly Event[];
  /** What a cache would keep. */
  readonly collected: JsonObject | null;
};

const DEFAULTS = { id: "resp_0198", createdAtS: 1_700_000_000, model: "fallback-model" };
export const READING = { provider: "acme", secrets: [], choices: 1, defaults: DEFAULTS };
export const NOTE = { decisionId: "d", costPicoUsd: "1500000", endpoint: "acme/m" };
export const ESTIMATED = {
  inputTokens: 3,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 4,
  reasoningTokens: 0,
  source: "estimated",
} as const;

/** A provider's stream, cut as given, through the whole codec to the caller's frames. */
export function runStream(pieces: readonly Uint8Array[]): Run {
  const parser = new SseParser();
  let reading = openaiResponsesEgress.startReading(READING);
  const chunks: NeutralChunk[] = [];
  for (const event of [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()]) {
    const [next, given] = openaiResponsesEgress.readEvent(reading, event);
    reading = next;
    chunks.push(...given);
  }
  const { progress } = openaiResponsesEgress.readEnd(reading);
  return { chunks, progress, ...write(chunks, progress) };
}

/** Chunks of any wire as the caller's frames. */
export function write(
  chunks: readonly NeutralChunk[],
  progress: Pick<StreamProgress, "usage" | "usageSource" | "end">,
): Pick<Run, "text" | "events" | "collected"> {
  const collector = openaiResponsesIngress.collector();
  let writing = openaiResponsesIngress.startWriting({ includeUsage: true });
  let text = "";
  for (const chunk of chunks) {
    collector.add(chunk);
    const [next, frame] = openaiResponsesIngress.writeChunk(writing, chunk);
    writing = next;
    text += frame;
  }
  const usageForm = chunks[0]?.source.dialect ?? "openai-responses";
  const tail = { usage: progress.usage ?? ESTIMATED, usageSource: progress.usageSource, usageForm } as const;
  if (progress.end.kind === "done") text += openaiResponsesIngress.writeTail(writing, { ...tail, note: NOTE });
  return { text, events: eventsOf(text), collected: collector.body(tail) };
}

/** Events with these bodies, as a host sends them. */
export function sse(...events: readonly unknown[]): Uint8Array {
  const frames = events.map((event) => `event: ${(event as Event).type}\ndata: ${JSON.stringify(event)}\n\n`);
  return new TextEncoder().encode(frames.join(""));
}

export function eventsOf(text: string): Event[] {
  const parser = new SseParser();
  const events = [...parser.push(new TextEncoder().encode(text)), ...parser.end()];
  return events.map(({ event, data }) => {
    const body = JSON.parse(data) as Event;
    if (body.type !== event) throw new Error(`The frame ${event} holds ${body.type}.`);
    return body;
  });
}

/** What the vendor's SDK makes of an answer to `responses.create` or, of a stream, `responses.stream`. */
export async function readWithSdk(answer: string, isStream: boolean): Promise<OpenAI.Responses.Response> {
  const type = isStream ? "text/event-stream" : "application/json";
  const client = new OpenAI({
    apiKey: "k",
    baseURL: "http://localhost/v1",
    maxRetries: 0,
    fetch: () => Promise.resolve(new Response(answer, { headers: { "content-type": type } })),
  });
  const request = { model: "auto", input: "Hello" };
  return isStream ? client.responses.stream(request).finalResponse() : client.responses.create(request);
}
