import { ResponseCollector } from "../neutral/collect.ts";
import type { NeutralResponse } from "../neutral/response.ts";
import type { StreamProgress } from "../neutral/stream-progress.ts";
import { SseParser } from "../sse/parser.ts";
import { mistralEgress } from "./egress.ts";

export const OPTIONS = { provider: "mistral", secrets: [], defaults: { id: "d1", createdAtS: 7, model: "m" } };

export function sse(...events: unknown[]): Uint8Array {
  const frames = events.map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`);
  return new TextEncoder().encode(frames.join(""));
}

type Run = { readonly progress: StreamProgress; readonly response: NeutralResponse | null };

/** A stream, cut as given, and the whole answer that it comes to. */
export function runStream(pieces: readonly Uint8Array[]): Run {
  const parser = new SseParser();
  const collector = new ResponseCollector();
  let state = mistralEgress.startReading({ ...OPTIONS, choices: 1 });
  for (const event of [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()]) {
    const [next, chunks] = mistralEgress.readEvent(state, event);
    state = next;
    for (const chunk of chunks) collector.add(chunk);
  }
  const { progress } = mistralEgress.readEnd(state);
  return { progress, response: collector.response(progress.usage) };
}
