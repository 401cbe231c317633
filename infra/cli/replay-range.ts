import { SseParser } from "@signalbox/dialects";
import { ReplayJob } from "@signalbox/proto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ApiClient } from "./api-client.ts";

const RETRY_MS = 500;
/** The service writes at least every 15 s; a much longer silence is a dead connection. */
const SILENCE_MAX_MS = 60_000;

type ReplayRangeOptions = {
  /** The body of POST /v1/replays. */
  readonly order: object;
  /** Cancels the job; what it found so far is the result. */
  readonly stop: AbortSignal;
  readonly onProgress: (job: ReplayJob) => void;
};

/** Has the line replay a range, follows it over lost connections, and returns how it ended. */
export async function replayRange(api: ApiClient, { order, stop, onProgress }: ReplayRangeOptions): Promise<ReplayJob> {
  const { id } = await api.call(ReplayJob, { method: "POST", path: "/v1/replays", body: order });
  try {
    for (;;) {
      const job = await followOnce(api, id, onProgress);
      if (job !== null) return job;
      await sleep(RETRY_MS, undefined, { signal: stop });
    }
  } catch (error) {
    // The client that is stopped asks no more; its own last words still go out.
    if (stop.aborted) await api.farewell({ method: "DELETE", path: `/v1/replays/${id}` });
    throw error;
  }
}

/** The job when it has ended; null when the connection ended before it did. */
async function followOnce(api: ApiClient, id: string, onProgress: (job: ReplayJob) => void): Promise<ReplayJob | null> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), SILENCE_MAX_MS);
  try {
    const response = await api.openEvents(`/v1/replays/${id}/events`, {}, silence.signal);
    const parser = new SseParser();
    for await (const bytes of response.body ?? []) {
      timer.refresh();
      for (const { data } of parser.push(bytes)) {
        const job = ReplayJob.parse(JSON.parse(data));
        if (job.state !== "running") return job;
        onProgress(job);
      }
    }
    return null;
  } finally {
    clearTimeout(timer);
  }
}
