import { ResponseCollector } from "../neutral/collect.ts";
import type { NeutralResponse } from "../neutral/response.ts";
import type { NeutralChunk } from "../neutral/stream-event.ts";
import type { StreamProgress } from "../neutral/stream-progress.ts";
import { crc32 } from "./crc32.ts";
import { EventStreamParser } from "./event-stream.ts";
import { readEnd, readEvent, startReading } from "./stream.ts";

export const DEFAULTS = { id: "resp-0198", createdAtS: 1_700_000_000, model: "m" };

type Run = { progress: StreamProgress; response: NeutralResponse | null; chunks: NeutralChunk[] };

/** A provider's stream, cut as given, through the codec. */
export function runStream(pieces: readonly Uint8Array[]): Run {
  const parser = new EventStreamParser();
  const collector = new ResponseCollector();
  let state = startReading({ provider: "aws", secrets: [], choices: 1, defaults: DEFAULTS });
  const chunks: NeutralChunk[] = [];
  for (const event of [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()]) {
    const [next, found] = readEvent(state, event);
    state = next;
    for (const chunk of found) collector.add(chunk);
    chunks.push(...found);
  }
  const { progress } = readEnd(state);
  return { progress, response: collector.response(progress.usage), chunks };
}

/** Events as the service sends them: `{messageStart: {…}}` is the event of that name. */
export function stream(...events: object[]): Uint8Array {
  return joined(
    events.flatMap((event) =>
      Object.entries(event).map(([name, body]) => frame(eventHeaders(name), JSON.stringify(body))),
    ),
  );
}

export function exception(name: string, body: object): Uint8Array {
  return frame(
    { ":exception-type": name, ":content-type": "application/json", ":message-type": "exception" },
    JSON.stringify(body),
  );
}

export function eventHeaders(name: string): Record<string, string> {
  return { ":event-type": name, ":content-type": "application/json", ":message-type": "event" };
}

/** One message of the binary format. */
export function frame(headers: Record<string, string>, payload: string): Uint8Array {
  const head = joined(Object.entries(headers).map(([name, value]) => header(name, value)));
  const body = new TextEncoder().encode(payload);
  const total = 12 + head.length + body.length + 4;
  const prelude = joined([uint32(total), uint32(head.length)]);
  const start = joined([prelude, uint32(crc32(prelude)), head, body]);
  return joined([start, uint32(crc32(start))]);
}

function header(name: string, value: string): Uint8Array {
  const [key, text] = [new TextEncoder().encode(name), new TextEncoder().encode(value)];
  return joined([Uint8Array.of(key.length), key, Uint8Array.of(7, text.length >> 8, text.length & 0xff), text]);
}

export function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}
