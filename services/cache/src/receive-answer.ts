import { SignalboxError, Uuid } from "@signalbox/proto";
import type { CacheEntryHeader, CacheStoreRequest } from "@signalbox/proto/grpc/cache";
import { z } from "zod";
import type { NewAnswer } from "./answer-store.ts";
import { CacheEntry } from "./cache-entry.ts";

const Header = CacheEntry.pick({ tenant: true, key: true, endpoint: true, dialect: true, usage: true }).extend({
  ttlSeconds: z.int().min(1),
  bodyBytes: z.int().min(1),
  /** Empty: its sender is of a version that does not say it. */
  requestId: z.union([Uuid, z.literal("")]),
});
type Header = z.infer<typeof Header>;

/** How many bytes transfers may hold: each alone, and all that are under way together. */
type ReceiveLimits = { readonly entryMaxBytes: number; readonly inFlightMaxBytes: number };

type Receiver = (parts: AsyncIterable<CacheStoreRequest>) => Promise<NewAnswer | "too-large">;

/**
 * Makes a reader of `Cache.Store` calls: a header, then a body in pieces. It resolves at the end of the parts, and
 * rejects when they break off (by the error of the iterable), are not in this order or not as long as the header says
 * (`invalid-request`). What is too large is read to its end and dropped, because its sender has done nothing wrong.
 */
export function createReceiver(limits: ReceiveLimits): Receiver {
  let inFlightBytes = 0;
  return async (parts) => {
    let header: Header | undefined;
    let pieces: Buffer[] | "too-large" = [];
    let bytes = 0;
    try {
      for await (const { part } of parts) {
        if (part === undefined) continue;
        if (part.$case === "header") {
          if (header !== undefined) throw invalid("The header came twice.");
          header = parseHeader(part.value);
          continue;
        }
        if (header === undefined) throw invalid("The body came before the header.");
        if (pieces === "too-large") continue;
        pieces.push(part.value);
        bytes += part.value.length;
        inFlightBytes += part.value.length;
        if (bytes <= limits.entryMaxBytes && inFlightBytes <= limits.inFlightMaxBytes) continue;
        inFlightBytes -= bytes;
        bytes = 0;
        pieces = "too-large";
      }
      if (header === undefined) throw invalid("The header is missing.");
      if (pieces === "too-large") return "too-large";
      const { bodyBytes, ...rest } = header;
      // The end of the parts proves nothing: grpc-js shows most calls that were cancelled as ones that have ended.
      if (bytes !== bodyBytes) throw invalid("The body is not as long as the header says.");
      return { ...rest, body: Buffer.concat(pieces, bytes) };
    } finally {
      inFlightBytes -= bytes;
    }
  };
}

function parseHeader({ usageJson, ...rest }: CacheEntryHeader): Header {
  let usage: unknown;
  try {
    usage = JSON.parse(usageJson);
  } catch {
    throw invalid("usage_json is not JSON.");
  }
  const parsed = Header.safeParse({ ...rest, usage });
  if (!parsed.success) throw invalid(`${parsed.error.issues[0]!.path.join(".")} does not fit the contract.`);
  return parsed.data;
}

function invalid(message: string): SignalboxError {
  return new SignalboxError("invalid-request", message);
}
