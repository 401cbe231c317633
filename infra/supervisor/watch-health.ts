import { get } from "node:http";
import { repeatWork } from "@signalbox/kit/repeated-work";

type HealthWatch = {
  /** Whether there was an answer, of any kind, within the time. */
  readonly ask: (timeoutMs: number) => Promise<boolean>;
  readonly everyMs: number;
  /** So many checks in a row without an answer mean that the service is stuck. */
  readonly missesMax: number;
  readonly onSilent: () => void;
};

/** A minute: longer than any service was ever seen to be busy. */
export const WATCH_PACE = { everyMs: 5_000, missesMax: 12 } as const;

/** Asks a service or a server again and again whether it lives, from its first answer on, until it is disposed of. */
export function watchHealth({ ask, everyMs, missesMax, onSilent }: HealthWatch): AsyncDisposable {
  let misses = 0;
  let hasAnswered = false;
  async function look(): Promise<void> {
    const answered = await ask(everyMs);
    hasAnswered ||= answered;
    misses = answered || !hasAnswered ? 0 : misses + 1;
    if (misses < missesMax) return;
    misses = 0;
    hasAnswered = false;
    onSilent();
  }
  // `ask` and `onSilent` do not throw.
  return repeatWork({ everyMs, work: look, onFailure: () => undefined });
}

/** Whether a service's event loop turns, by its /healthz; over a new connection, and never through a proxy of the environment. */
export function answersHttp(url: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, signal: AbortSignal.timeout(timeoutMs) }, (answer) => {
      answer.resume();
      resolve(true);
    });
    request.on("error", () => resolve(false));
  });
}
