import { type Bus, decodeJson, type Logger } from "@signalbox/kit";
import { LedgerEntries, ledgerSubject, OutcomeEvent } from "@signalbox/proto";
import { z } from "zod";
import { advance, type Circuit, signalOf, UNKNOWN } from "./circuit-breaker.ts";
import type { DecisionDocuments } from "./decision-documents.ts";
import { snapshotOf } from "./health-snapshot.ts";

/** The part of an outcome that teaches something. */
const TeachingOutcome = z.object({ atMs: OutcomeEvent.shape.atMs, attempts: OutcomeEvent.shape.attempts });
type TeachingOutcome = z.infer<typeof TeachingOutcome>;

/**
 * Learns the endpoints' health from committed outcomes, of all tenants and dispatchers, and puts it in force at most
 * every `everyMs`. What was learned lives as long as the process: a fresh one takes every circuit for closed.
 */
export function learnHealth(options: {
  bus: Bus;
  log: Logger;
  documents: DecisionDocuments;
  everyMs: number;
}): AsyncDisposable {
  const { bus, log, documents, everyMs } = options;
  const circuits = new Map<string, Circuit>();
  const publisher = publishHealth({ circuits, documents, everyMs, log });
  const subscription = bus.connection.subscribe(ledgerSubject("outcome", "*"), {
    callback: (error, message) => {
      if (error !== null) {
        log.error({ err: error }, "the subscription failed");
        return;
      }
      for (const outcome of readOutcomes(message.data, log)) observe(outcome);
    },
  });

  function observe({ atMs, attempts }: TeachingOutcome): void {
    // The ledger may be behind: what happened a while ago opens a circuit from then on, not from now.
    const thenMs = Math.min(atMs, Date.now());
    for (const attempt of attempts) {
      if (documents.endpoint(attempt.endpoint) === undefined) continue;
      const circuit = circuits.get(attempt.endpoint) ?? UNKNOWN;
      const advanced = advance(circuit, signalOf(attempt), thenMs);
      if (advanced === circuit) continue;
      circuits.set(attempt.endpoint, advanced);
      publisher.changed();
    }
  }

  return {
    async [Symbol.asyncDispose]() {
      if (!bus.connection.isClosed()) subscription.unsubscribe();
      await publisher[Symbol.asyncDispose]();
    },
  };
}

function readOutcomes(data: Uint8Array, log: Logger): TeachingOutcome[] {
  const entries = data.length === 0 ? undefined : LedgerEntries.safeParse(decodeJson(data)).data?.entries;
  if (entries === undefined) {
    log.error("a message of the ledger does not fit its contract");
    return [];
  }
  return entries.flatMap(({ event }) => TeachingOutcome.safeParse(event).data ?? []);
}

/** At once after a quiet time, else when `everyMs` have passed. A snapshot that cannot be kept is tried again. */
function publishHealth(options: {
  circuits: ReadonlyMap<string, Circuit>;
  documents: DecisionDocuments;
  everyMs: number;
  log: Logger;
}): AsyncDisposable & { changed(): void } {
  const { circuits, documents, everyMs, log } = options;
  let timer: NodeJS.Timeout | undefined;
  let lastMs = -Infinity;
  let publishing = Promise.resolve();

  async function publish(): Promise<void> {
    lastMs = performance.now();
    try {
      await documents.replaceHealth(snapshotOf(circuits, documents.health));
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
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      await publishing;
      clearTimeout(timer);
    },
  };
}
