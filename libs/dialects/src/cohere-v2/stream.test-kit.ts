import { ResponseCollector } from "../neutral/collect.ts";
import type { NeutralResponse } from "../neutral/response.ts";
import type { StreamProgress } from "../neutral/stream-progress.ts";
import { SseParser } from "../sse/parser.ts";
import { readEnd, readEvent, startReading } from "./stream.ts";

export const OPTIONS = {
  provider: "cohere",
  secrets: ["topsecret"],
  defaults: { id: "d1", createdAtS: 7, model: "m" },
};

/** Events with these bodies, as Cohere sends them. */
export function sse(...events: object[]): Uint8Array {
  const frames = events.map(
    (event) => `event: ${String((event as { type?: string }).type)}\ndata: ${JSON.stringify(event)}\n\n`,
  );
  return new TextEncoder().encode(frames.join(""));
}

type Run = { readonly progress: StreamProgress; readonly response: NeutralResponse | null };

/** A stream, cut as given, and the whole answer that it comes to. */
export function runStream(pieces: readonly Uint8Array[]): Run {
  const parser = new SseParser();
  const collector = new ResponseCollector();
  let state = startReading({ ...OPTIONS, choices: 1 });
  for (const event of [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()]) {
    const [next, chunks] = readEvent(state, event);
    state = next;
    for (const chunk of chunks) collector.add(chunk);
  }
  const { progress } = readEnd(state);
  return { progress, response: collector.response(progress.usage) };
}
