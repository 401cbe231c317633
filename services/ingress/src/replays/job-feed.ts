import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeComment, encodeEvent } from "@signalbox/dialects";
import { SignalboxError, type ReplayJob } from "@signalbox/proto";

const POLL_MS = 500;
const KEEP_ALIVE_EVERY_MS = 15_000;

type JobFeedOptions = {
  readonly read: () => Promise<ReplayJob>;
  /** Asked again and again: the feed ends when the reader's key no longer holds. */
  readonly isAllowed: () => boolean;
  readonly stop: AbortSignal;
};

/** Streams a job: a `progress` event whenever it has advanced, at last one named after its final state. */
export async function followJob(response: ServerResponse, options: JobFeedOptions): Promise<void> {
  const { read, isAllowed } = options;
  const gone = new AbortController();
  response.once("close", () => {
    gone.abort();
  });
  const stop = AbortSignal.any([gone.signal, options.stop]);
  let toldAtMs = 0;
  let told = "";
  while (!stop.aborted && isAllowed()) {
    const job = await readOrWait(read);
    const text = job === null ? told : JSON.stringify(job);
    if (job !== null && text !== told) {
      const name = job.state === "running" ? "progress" : job.state;
      response.write(encodeEvent({ id: String(job.updatedAtMs), event: name, data: text }));
      if (job.state !== "running") break;
      [told, toldAtMs] = [text, performance.now()];
    } else if (performance.now() > toldAtMs + KEEP_ALIVE_EVERY_MS) {
      response.write(encodeComment("keep-alive"));
      toldAtMs = performance.now();
    }
    await sleep(POLL_MS, undefined, { signal: stop }).catch(() => {});
  }
  response.end();
}

/** null while the ledger does not answer: the job goes on, and so does the feed. */
async function readOrWait(read: () => Promise<ReplayJob>): Promise<ReplayJob | null> {
  try {
    return await read();
  } catch (error) {
    if (SignalboxError.from(error).httpStatus >= 500) return null;
    throw error;
  }
}
