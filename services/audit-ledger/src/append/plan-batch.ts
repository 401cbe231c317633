import type { UnsignedEvent } from "@signalbox/kit";
import { eventSubject, GAP_RANGES_MAX } from "@signalbox/proto";
import type { GoodEvent, RefusedEvent } from "../events/check-event.ts";
import { isDecision, isOutcome } from "../events/event-fields.ts";
import { abandonedEvent, supersededEvent } from "./closing-events.ts";
import { gapEvent } from "./gap-event.ts";
import { NumberSet } from "./number-set.ts";
import {
  executedIndex,
  withDecision,
  type Begun,
  type OpenChanges,
  type OpenRequest,
  type OpenRequests,
} from "./open-requests.ts";
import { keyOf, type DueGap, type ProducerInstance, type Sequence, type Sequences } from "./sequences.ts";

/** What the database knows of a batch's events and requests, read under the head's lock. */
export type KnownFacts = {
  /** Where an event stands already, by event id. */
  readonly events: ReadonlyMap<string, { readonly index: number; readonly leafHash: string }>;
  /** The decision that a request's outcome names, by request id; only requests that have an outcome. */
  readonly outcomes: ReadonlyMap<string, string | null>;
};

export type Batch = {
  readonly good: readonly GoodEvent[];
  readonly refused: readonly RefusedEvent[];
  /** Requests whose dispatcher was found to be gone. */
  readonly abandon: readonly string[];
  /** Sequence numbers that have been missing for too long. */
  readonly gaps: readonly DueGap[];
  /** What else the ledger has to say. */
  readonly own: readonly UnsignedEvent[];
};

/** An event with the index that it gets. */
export type PlannedLeaf = {
  readonly index: number;
  readonly event: GoodEvent;
  /** Of an outcome: where the decision stands that was executed, if it is one of the open ones. */
  readonly decisionIndex?: number | undefined;
};

export type Plan = {
  readonly leaves: readonly PlannedLeaf[];
  readonly refused: readonly RefusedEvent[];
  /** Events that the log holds already, with their place in it. */
  readonly duplicates: readonly PlannedLeaf[];
  readonly changes: OpenChanges;
  /** The new state of the sequences that the leaves belong to. */
  readonly sequences: readonly Sequence[];
};

export type PlanContext = {
  readonly nextIndex: number;
  readonly known: KnownFacts;
  readonly open: Pick<OpenRequests, "get">;
  readonly sequences: Pick<Sequences, "get">;
  /** This process's clock. */
  readonly nowMs: number;
  /** Stamps and signs the ledger's own events, all of the batch under one signature. */
  readonly sign: (events: readonly UnsignedEvent[]) => GoodEvent[];
};

/**
 * Decides what a batch adds to the log, in the order in which it came: which events are new, which requests they open
 * and end, and what the ledger itself must add. Changes nothing; it may be planned again after a failure.
 */
export function planBatch(batch: Batch, context: PlanContext): Plan {
  const planner = new Planner(context);
  for (const event of batch.good) planner.add(event);
  for (const requestId of batch.abandon) planner.abandon(requestId);
  for (const gap of batch.gaps) planner.nameMissing(gap);
  planner.say(batch.own);
  return planner.finish(batch.refused);
}

class Planner {
  readonly #context: PlanContext;
  readonly #leaves: PlannedLeaf[] = [];
  readonly #duplicates: PlannedLeaf[] = [];
  readonly #refused: RefusedEvent[] = [];
  readonly #own: UnsignedEvent[] = [];
  readonly #opened = new Map<string, OpenRequest>();
  readonly #closed = new Set<string>();
  readonly #sequences = new Map<string, Sequence>();
  readonly #outcomes: Map<string, string | null>;
  /** What this batch adds, by event id. */
  readonly #added = new Map<string, PlannedLeaf>();

  constructor(context: PlanContext) {
    this.#context = context;
    this.#outcomes = new Map(context.known.outcomes);
  }

  add(event: GoodEvent): void {
    const known = this.#known(event);
    if (known !== null) {
      if (known.isSame) this.#duplicates.push({ index: known.index, event });
      else this.#refuse(event, "event-id-conflict");
      return;
    }
    const outcome = isOutcome(event) ? event : null;
    if (outcome !== null && this.#outcomes.has(outcome.requestId)) {
      this.#refuse(event, "second-outcome");
      return;
    }
    const request = outcome === null ? undefined : this.#openRequest(outcome.requestId);
    const index = this.#append(event, executedIndex(request, event.decisionId));
    const { service, instance, seq } = event.producer;
    this.#sequence({ service, instance }).settled.add({ first: seq, last: seq });
    if (outcome !== null) this.#end(outcome, outcome.decisionId);
    if (isDecision(event)) this.#open(event, index);
  }

  abandon(requestId: string): void {
    const request = this.#openRequest(requestId);
    if (request === undefined) return;
    this.#own.push(abandonedEvent(request, this.#context.nowMs));
    this.#end(request, request.decisions.at(-1)?.decisionId ?? null);
  }

  nameMissing({ below, ...producer }: DueGap): void {
    const { settled } = this.#sequence(producer);
    const missing = settled.missingBelow(below, GAP_RANGES_MAX);
    if (missing.length === 0) return;
    this.#own.push(gapEvent(producer, missing));
    for (const range of missing) settled.add(range);
  }

  say(events: readonly UnsignedEvent[]): void {
    this.#own.push(...events);
  }

  finish(refused: readonly RefusedEvent[]): Plan {
    if (this.#own.length > 0) for (const event of this.#context.sign(this.#own)) this.#append(event);
    return {
      leaves: this.#leaves,
      duplicates: this.#duplicates,
      refused: [...refused, ...this.#refused],
      changes: { opened: this.#opened, closed: this.#closed },
      sequences: [...this.#sequences.values()],
    };
  }

  #append(event: GoodEvent, decisionIndex?: number): number {
    const index = this.#context.nextIndex + this.#leaves.length;
    const leaf = { index, event, decisionIndex };
    this.#leaves.push(leaf);
    this.#added.set(event.eventId, leaf);
    return index;
  }

  /** Where an event stands in the log or in this batch, and whether with the same bytes; null when it is new. */
  #known({ eventId, leafHash }: GoodEvent): { readonly index: number; readonly isSame: boolean } | null {
    const added = this.#added.get(eventId);
    if (added !== undefined) return { index: added.index, isSame: leafHash.equals(added.event.leafHash) };
    const known = this.#context.known.events.get(eventId);
    return known === undefined ? null : { index: known.index, isSame: known.leafHash === leafHash.toString("base64") };
  }

  /** A producer's sequence as this batch changes it. */
  #sequence({ service, instance }: ProducerInstance): Sequence {
    const key = keyOf(service, instance);
    let sequence = this.#sequences.get(key);
    if (sequence === undefined) {
      const settled = this.#context.sequences.get({ service, instance })?.settled.copy() ?? new NumberSet();
      sequence = { service, instance, settled };
      this.#sequences.set(key, sequence);
    }
    return sequence;
  }

  #open(event: Begun, index: number): void {
    const { requestId, decisionId } = event;
    const by = this.#outcomes.get(requestId);
    if (by === undefined) {
      const { nowMs } = this.#context;
      this.#opened.set(requestId, withDecision(this.#openRequest(requestId), event, { index, nowMs }));
    } else if (by !== decisionId) {
      // The request ended before this decision was read: it can only be an attempt that was repeated.
      this.#own.push(supersededEvent(event, { closed: decisionId, by }));
    }
  }

  #end(request: { tenant: string; requestId: string }, by: string | null): void {
    const { requestId } = request;
    const open = this.#openRequest(requestId);
    this.#outcomes.set(requestId, by);
    this.#closed.add(requestId);
    for (const { decisionId } of open?.decisions ?? []) {
      if (decisionId !== by) this.#own.push(supersededEvent(request, { closed: decisionId, by }));
    }
  }

  #openRequest(requestId: string): OpenRequest | undefined {
    if (this.#closed.has(requestId)) return undefined;
    return this.#opened.get(requestId) ?? this.#context.open.get(requestId);
  }

  #refuse(event: GoodEvent, reason: RefusedEvent["reason"]): void {
    const { envelope, eventId, producer } = event;
    const subject = eventSubject(event.type, event.tenant);
    this.#refused.push({ ok: false, reason, envelope, eventId, instance: producer.instance, subject });
  }
}
