import type { JsonObject, RequestEnvelope } from "../neutral/source.ts";
import type { StreamProgress } from "../neutral/stream-progress.ts";
import type { RequestQuirks } from "../request-quirks.ts";
import { SseParser } from "../sse/parser.ts";
import { AnswerCollector } from "./collect.ts";
import { startWriting, writeChunk, writeTail } from "./render-stream.ts";
import { readEnd, readEvent, startReading } from "./stream.ts";

type Delta = {
  role?: string;
  content?: string | null;
  reasoning_content?: string | null;
  refusal?: string | null;
  tool_calls?: { index: number; id?: string; type?: string; function: { name?: string; arguments: string } }[];
};
type Choice = { index: number; delta: Delta; finish_reason: string | null; logprobs: unknown };
export type Chunk = {
  id: string;
  object: string;
  created: number;
  model: string;
  choices: Choice[];
  usage?: null | { prompt_tokens: number; completion_tokens: number; signalbox: Record<string, unknown> };
  [field: string]: unknown;
};

export type Run = {
  chunks: Chunk[];
  progress: StreamProgress;
  /** All that the caller read, byte for byte. */
  text: string;
  /** What a cache would keep. */
  collected: unknown;
};

const DEFAULTS = { id: "chatcmpl-0198", createdAtS: 1_700_000_000, model: "fallback-model" };
const NO_USAGE_REPORTED = {
  inputTokens: 3,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 4,
  reasoningTokens: 0,
  source: "estimated",
} as const;

type RunOptions = {
  includeUsage?: boolean;
  choices?: number;
  /** Of the host that streams. */
  quirks?: RequestQuirks;
  /** What `echoOf` gave for the request. */
  echo?: JsonObject;
  /** Of the caller's request. */
  envelope?: RequestEnvelope;
};

/** A provider's stream, cut as given, through the whole codec to the caller's frames. */
export function runStream(pieces: Uint8Array[], options: RunOptions = {}): Run {
  const parser = new SseParser();
  const collector = new AnswerCollector();
  const { choices = 1, includeUsage = false, quirks, echo, envelope = {} } = options;
  const known = quirks === undefined ? {} : { quirks };
  let reading = startReading({ provider: "acme", secrets: [], choices, defaults: DEFAULTS, ...known });
  let writing = startWriting({ includeUsage, envelope, ...(echo === undefined ? {} : { echo }) });
  let text = "";
  for (const event of [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()]) {
    const [nextReading, chunks] = readEvent(reading, event);
    reading = nextReading;
    for (const each of chunks) {
      collector.add(each);
      const [nextWriting, frame] = writeChunk(writing, each);
      writing = nextWriting;
      text += frame;
    }
  }
  const { progress } = readEnd(reading);
  const usage = progress.usage ?? NO_USAGE_REPORTED;
  const usageTail = { usage, usageSource: progress.usageSource, usageForm: "openai-chat" } as const;
  if (progress.end.kind === "done") {
    const note = { decisionId: "d", costPicoUsd: "1500000", endpoint: "acme/m" };
    text += writeTail(writing, { ...usageTail, note });
  }
  return { chunks: chunksOf(text), progress, text, collected: collector.body(usageTail) };
}

/** Events with these bodies, as a host sends them; a string is sent as it is. */
export function sse(...events: unknown[]): Uint8Array {
  const text = events.map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`);
  return new TextEncoder().encode(text.join(""));
}

/** A chunk of one choice. */
export function chunk(delta: unknown, finish: string | null = null, extra: Record<string, unknown> = {}): object {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return { id: "c1", object: "chat.completion.chunk", created: 1, model: "m", choices, ...extra };
}

/** The text of a choice, put together as a client does it. */
export function textOf(run: Run, index = 0): string {
  return deltasOf(run, index)
    .map((delta) => delta.content ?? "")
    .join("");
}

/** The tool calls of a choice, put together as a client does it: by index, strings appended. */
export function callsOf(run: Run, index = 0): { id: string; name: string; arguments: string }[] {
  const calls: { id: string; name: string; arguments: string }[] = [];
  for (const piece of deltasOf(run, index).flatMap((delta) => delta.tool_calls ?? [])) {
    const call = (calls[piece.index] ??= { id: "", name: "", arguments: "" });
    call.id += piece.id ?? "";
    call.name += piece.function.name ?? "";
    call.arguments += piece.function.arguments;
  }
  return calls;
}

function deltasOf(run: Run, index: number): Delta[] {
  return run.chunks.flatMap((each) =>
    each.choices.filter((choice) => choice.index === index).map(({ delta }) => delta),
  );
}

export function chunksOf(text: string): Chunk[] {
  const parser = new SseParser();
  const events = [...parser.push(new TextEncoder().encode(text)), ...parser.end()];
  return events.filter((event) => event.data !== "[DONE]").map((event) => JSON.parse(event.data) as Chunk);
}
