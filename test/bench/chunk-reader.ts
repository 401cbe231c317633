import { once } from "node:events";
import { Agent, request, type IncomingMessage } from "node:http";
import { stampsIn } from "./chunk-stamp.ts";

/** One chunk's way: when it left the provider and when it was read, in milliseconds of the machine's clock. */
export type ReadChunk = { readonly sentMs: number; readonly readMs: number };

export type StreamOrder = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

const NS_PER_MS = 1e6;
/** More than any stream of a measurement takes. */
const TIMEOUT_MS = 60_000;

const agent = new Agent({ keepAlive: true });

/** Reads one stream to its end; rejects when it is none. */
export async function readStream({ url, headers, body }: StreamOrder): Promise<ReadChunk[]> {
  const call = request(url, {
    agent,
    method: "POST",
    headers: { ...headers, "content-type": "application/json", "content-length": Buffer.byteLength(body) },
    timeout: TIMEOUT_MS,
  });
  call.end(body);
  const [response] = (await once(call, "response")) as [IncomingMessage];
  const chunks: ReadChunk[] = [];
  let text = "";
  for await (const piece of response as AsyncIterable<Buffer>) {
    const readMs = Number(process.hrtime.bigint()) / NS_PER_MS;
    text += piece.toString("latin1");
    const end = text.lastIndexOf("\n\n");
    if (end === -1) continue;
    for (const sent of stampsIn(text.slice(0, end))) chunks.push({ sentMs: Number(sent) / NS_PER_MS, readMs });
    text = text.slice(end);
  }
  if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}: ${text.slice(0, 200)}`);
  return chunks;
}

/** What the way added between each chunk and the one before it; less than nothing where it brought them closer together. */
export function addedGapsMs(chunks: readonly ReadChunk[]): number[] {
  return chunks.slice(1).map((chunk, index) => {
    const before = chunks[index]!;
    return chunk.readMs - before.readMs - (chunk.sentMs - before.sentMs);
  });
}

export function delaysMs(chunks: readonly ReadChunk[]): number[] {
  return chunks.map(({ sentMs, readMs }) => readMs - sentMs);
}
