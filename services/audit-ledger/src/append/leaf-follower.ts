import { isDecision, isOutcome, type EventFields } from "../events/event-fields.ts";
import { NumberSet } from "./number-set.ts";
import { executedIndex, OpenRequests, withDecision } from "./open-requests.ts";
import { keyOf, type ProducerInstance, type Sequence } from "./sequences.ts";

/**
 * Follows a log that is there, leaf by leaf from the first on, and gives what the sequencer that appended it kept beside
 * the leaves. It holds the requests that are open where it stands, and one number set for each producer's instance.
 */
export class LeafFollower {
  readonly #sequences = new Map<string, Sequence>();
  readonly #changed = new Set<Sequence>();
  readonly #open = new OpenRequests();

  /** No decision below this index is still waited for; undefined when none is. */
  get lowestOpenIndex(): number | undefined {
    return this.#open.lowestIndexAfter();
  }

  /**
   * Where the decision stands that an outcome says was executed; undefined of any other event, and where none is open.
   * `isEnded` is of a decision whose request has its outcome at a lower index.
   */
  follow(index: number, event: EventFields, isEnded: boolean): number | undefined {
    this.#settle(event);
    if (isDecision(event) && !isEnded) {
      const request = withDecision(this.#open.get(event.requestId), event, { index, nowMs: 0 });
      this.#open.apply({ opened: new Map([[event.requestId, request]]), closed: new Set() });
    }
    if (!isOutcome(event)) return undefined;
    const executed = executedIndex(this.#open.get(event.requestId), event.decisionId);
    this.#open.apply({ opened: new Map(), closed: new Set([event.requestId]) });
    // What the ledger ends itself was not executed, as far as anybody knows.
    return event.producer.service === "audit-ledger" ? undefined : executed;
  }

  /** The sequences that have changed since this was asked last. */
  takeChanged(): Sequence[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  /** Adds an event's own number to those of its producer, and what it names missing to those of another. */
  #settle({ producer, gap }: EventFields): void {
    const { service, seq } = producer;
    // The ledger appends its own events itself, and misses none.
    if (service !== "audit-ledger") this.#settledOf(producer).add({ first: seq, last: seq });
    if (gap === null) return;
    for (const range of gap.missing) this.#settledOf(gap).add(range);
  }

  #settledOf({ service, instance }: ProducerInstance): NumberSet {
    const key = keyOf(service, instance);
    const sequence = this.#sequences.get(key) ?? { service, instance, settled: new NumberSet() };
    this.#sequences.set(key, sequence);
    this.#changed.add(sequence);
    return sequence.settled;
  }
}
