import { get } from "node:http";
import { repeatWork } from "@signalbox/kit/repeated-work";

export type HealthWatch = {
  /** Answers while the service's event loop turns. */
  readonly url: string;
  readonly everyMs: number;
  /** So many looks in a row without an answer: the service stands still. */
  readonly missesMax: number;
  readonly onSilent: () => void;
};

/** A minute: longer than the longest that a service was seen to be busy, and shorter than it takes anyone to wake up. */
export const WATCH_PACE = { everyMs: 5_000, missesMax: 12 } as const;

/** Asks a service again and again whether it lives, from its first answer on, until it is disposed of. */
export function watchHealth({ url, everyMs, missesMax, onSilent }: HealthWatch): AsyncDisposable {
  let misses = 0;
  let hasAnswered = false;
  async function look(): Promise<void> {
    const answered = await answers(url, everyMs);
    hasAnswered ||= answered;
    misses = answered || !hasAnswered ? 0 : misses + 1;
    if (misses < missesMax) return;
    misses = 0;
    hasAnswered = false;
    onSilent();
  }
  // Neither to ask nor to tell of it fails.
  return repeatWork({ everyMs, work: look, onFailure: () => undefined });
}

/** Over a connection of its own, and through no proxy of the environment's: it is the service that is asked. */
function answers(url: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, signal: AbortSignal.timeout(timeoutMs) }, (answer) => {
      answer.resume();
      resolve(true);
    });
    request.on("error", () => resolve(false));
  });
}
