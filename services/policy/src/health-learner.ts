import { type Bus, compileCheck, decodeJson, type Logger, subscribe } from "@signalbox/kit";
import { LedgerEntries, ledgerSubject, OutcomeEvent } from "@signalbox/proto";
import type { DecisionDocuments } from "./decision-documents.ts";
import { LearnedCircuits, type TeachingOutcome } from "./learned-circuits.ts";
import { publishHealth } from "./publish-health.ts";
import { readRecentOutcomes } from "./recent-outcomes.ts";

const isTime = compileCheck(OutcomeEvent.shape.atMs);
const areAttempts = compileCheck(OutcomeEvent.shape.attempts);
const areEntries = compileCheck(LedgerEntries);

/** Outcomes of one message, each with its place in the register. */
type IndexedOutcome = { readonly index: number; readonly outcome: TeachingOutcome };

type LearnHealthOptions = {
  readonly bus: Bus;
  readonly log: Logger;
  readonly documents: DecisionDocuments;
  readonly everyMs: number;
  /** Called for every message of the ledger that holds new outcomes. */
  readonly onOutcomes: () => void;
};

/** What is learned, until it is disposed of. */
type LearnedHealth = AsyncDisposable & {
  /** Closes the circuits of unusable endpoints, because an operator has changed something; the next request finds out. */
  reopenUnusable(): void;
};

/**
 * Learns the endpoints' health from the committed outcomes of all tenants and dispatchers, and puts it in force at most every
 * `everyMs`. It starts with the outcomes of the last minutes, so that a new process knows what its predecessor knew, and
 * resolves once they are in force.
 */
export async function learnHealth(options: LearnHealthOptions): Promise<LearnedHealth> {
  const { bus, log, documents, everyMs, onOutcomes } = options;
  const circuits = new LearnedCircuits(documents, log);
  /** Outcomes that arrive while the past is read; null after that. */
  let early: IndexedOutcome[] | null = [];
  const publisher = publishHealth({ circuits: circuits.byEndpoint, documents, everyMs, log });
  const subscription = subscribe(bus, ledgerSubject("outcome", "*"), {
    callback: (error, message) => {
      if (error !== null) {
        log.error({ err: error }, "the subscription failed");
        return;
      }
      onOutcomes();
      const outcomes = readOutcomes(message.data, log);
      if (early !== null) early.push(...outcomes);
      else for (const { outcome } of outcomes) if (circuits.observe(outcome)) publisher.changed();
    },
  });

  async function learnPast(): Promise<void> {
    const known = new Set<number>();
    // Published once at the end: each snapshot is kept for ever.
    const learn = ({ index, outcome }: IndexedOutcome): void => {
      if (known.has(index)) return;
      known.add(index);
      circuits.observe(outcome, isPast);
    };
    let isPast = true;
    try {
      // The subscription must stand before the past is counted, or what is committed in between would be missed.
      await bus.connection.flush();
      const messages = await readRecentOutcomes(bus, (data) => readOutcomes(data, log).forEach(learn));
      log.info({ messages, outcomes: known.size }, "the last minutes' outcomes are learned");
    } catch (error) {
      log.warn({ err: error }, "the last minutes' outcomes cannot be read; every circuit is taken for closed");
    }
    isPast = false;
    early?.forEach(learn);
    early = null;
    if (circuits.byEndpoint.size > 0) await publisher.publishNow();
  }

  await learnPast();
  return {
    reopenUnusable() {
      if (circuits.reopenUnusable()) publisher.changed();
    },
    async [Symbol.asyncDispose]() {
      subscription[Symbol.dispose]();
      await publisher[Symbol.asyncDispose]();
    },
  };
}

function readOutcomes(data: Uint8Array, log: Logger): IndexedOutcome[] {
  const message = data.length === 0 ? undefined : decodeJson(data);
  if (!areEntries(message)) {
    log.error("a message of the ledger does not fit its contract");
    return [];
  }
  return (message as LedgerEntries).entries.flatMap(({ index, event }) =>
    isTeaching(event) ? [{ index, outcome: event }] : [],
  );
}

function isTeaching(event: unknown): event is TeachingOutcome {
  if (typeof event !== "object" || event === null) return false;
  const { atMs, attempts } = event as Partial<TeachingOutcome>;
  return isTime(atMs) && areAttempts(attempts);
}
