import { setTimeout as sleep } from "node:timers/promises";
import { SseParser } from "@signalbox/dialects";
import { SignalboxError } from "@signalbox/proto";
import { z } from "zod";
import type { ApiClient } from "./api-client.ts";

const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 5_000;
/** The service sends a comment every 15 s; a much longer silence is a dead connection. */
const SILENCE_MAX_MS = 60_000;

/** An entry of the register as the event stream carries it: what is signed stands in `event`, decoded. */
export const TailedEntry = z.looseObject({
  index: z.int(),
  type: z.string(),
  requestId: z.string().nullable(),
  event: z.unknown(),
});
export type TailedEntry = z.infer<typeof TailedEntry>;

export type TailOptions = {
  /** First index wanted. */
  readonly from: number;
  readonly types: readonly string[];
  /** Only this tenant's, of a reader who reaches several. */
  readonly tenant?: string | undefined;
  readonly stop: AbortSignal;
  /** Told when the connection is lost, with how long until it is tried again. */
  readonly onLost: (retryMs: number) => void;
};

/**
 * The register's entries as they are appended, without a gap or a repeat over lost connections. Ends when `stop` is
 * aborted. Throws when the first connection fails, and whenever the service refuses.
 */
export async function* tailEvents(api: ApiClient, options: TailOptions): AsyncGenerator<TailedEntry> {
  const { types, tenant, stop, onLost } = options;
  let next = options.from;
  let connected = false;
  let retryMs = RETRY_MIN_MS;
  while (!stop.aborted) {
    const silence = new AbortController();
    const query = { from_index: next, types: types.length === 0 ? undefined : types.join(","), tenant };
    try {
      const response = await api.openEvents("/v1/events", query, silence.signal);
      connected = true;
      for await (const entry of entriesOf(response, silence)) {
        retryMs = RETRY_MIN_MS;
        next = entry.index + 1;
        yield entry;
      }
    } catch (error) {
      if (stop.aborted) return;
      if (!connected || isRefusal(error)) throw error;
    }
    if (stop.aborted) return;
    onLost(retryMs);
    await sleep(retryMs, undefined, { signal: stop }).catch(() => {});
    retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
  }
}

/** An entry that the connection's end cut off is not given out: it comes whole with the next connection. */
async function* entriesOf(response: Response, silence: AbortController): AsyncGenerator<TailedEntry> {
  const parser = new SseParser();
  const timer = setTimeout(() => silence.abort(), SILENCE_MAX_MS);
  try {
    for await (const bytes of response.body ?? []) {
      timer.refresh();
      for (const { data } of parser.push(bytes)) yield TailedEntry.parse(JSON.parse(data));
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Trying again helps when the line is down or overloaded, and not when it says no. */
function isRefusal(error: unknown): boolean {
  return error instanceof z.ZodError || (error instanceof SignalboxError && error.httpStatus < 500);
}
