import type { Logger } from "@signalbox/kit";
import type { Circuit } from "./circuit-breaker.ts";
import type { DecisionDocuments } from "./decision-documents.ts";
import { isDrift, snapshotOf } from "./health-snapshot.ts";

/** A busy line's figures are others every second, and each snapshot is kept for ever: they are published so much less often. */
const DRIFT_TIMES = 30;

type HealthPublisher = AsyncDisposable & {
  /** What is known of an endpoint has changed. */
  changed(): void;
  publishNow(): Promise<void>;
};

/**
 * Puts what is known of the endpoints in force when it has changed: at once after a quiet time, else when `everyMs` have
 * passed, and thirty times as long where figures have drifted and nothing else. A snapshot that cannot be kept is tried again.
 */
export function publishHealth(options: {
  circuits: ReadonlyMap<string, Circuit>;
  documents: DecisionDocuments;
  everyMs: number;
  log: Logger;
}): HealthPublisher {
  const { circuits, documents, everyMs, log } = options;
  let timer: NodeJS.Timeout | undefined;
  let lastMs = -Infinity;
  let replacedMs = -Infinity;
  let publishing = Promise.resolve();

  async function publish(): Promise<void> {
    lastMs = performance.now();
    const snapshot = snapshotOf(circuits, documents.health);
    if (isDrift(documents.health, snapshot) && lastMs < replacedMs + DRIFT_TIMES * everyMs) {
      changed();
      return;
    }
    try {
      await documents.replaceHealth(snapshot);
      replacedMs = lastMs;
    } catch (error) {
      log.warn({ err: error }, "the health snapshot cannot be kept; the last one stays in force");
      changed();
    }
  }

  function changed(): void {
    if (timer !== undefined) return;
    timer = setTimeout(
      () => {
        timer = undefined;
        publishing = publishing.then(publish);
      },
      Math.max(0, lastMs + everyMs - performance.now()),
    );
    timer.unref();
  }

  return {
    changed,
    publishNow() {
      publishing = publishing.then(publish);
      return publishing;
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      await publishing;
      clearTimeout(timer);
    },
  };
}
