import type { UnsignedEvent } from "@signalbox/kit";
import { eventSubject } from "@signalbox/proto";
import type { GoodEvent, RefusedEvent } from "../events/check-event.ts";
import { abandonedEvent, supersededEvent } from "./closing-events.ts";
import type { OpenChanges, OpenRequest, OpenRequests } from "./open-requests.ts";

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
};

/** An event with the index that it gets. */
export type PlannedLeaf = { readonly index: number; readonly event: GoodEvent };

export type Plan = {
  readonly leaves: readonly PlannedLeaf[];
  readonly refused: readonly RefusedEvent[];
  /** Events that the log holds already, with their place in it. */
  readonly duplicates: readonly PlannedLeaf[];
  readonly changes: OpenChanges;
};

export type PlanContext = {
  readonly nextIndex: number;
  readonly known: KnownFacts;
  readonly open: OpenRequests;
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
  readonly #outcomes: Map<string, string | null>;
  readonly #events: Map<string, { readonly index: number; readonly leafHash: string }>;

  constructor(context: PlanContext) {
    this.#context = context;
    this.#outcomes = new Map(context.known.outcomes);
    this.#events = new Map(context.known.events);
  }

  add(event: GoodEvent): void {
    const known = this.#events.get(event.eventId);
    if (known !== undefined) {
      const same = known.leafHash === event.leafHash.toString("base64");
      if (same) this.#duplicates.push({ index: known.index, event });
      else this.#refuse(event, "event-id-conflict");
      return;
    }
    const { type } = event.event;
    if (type === "outcome" && this.#outcomes.has(event.requestId)) {
      this.#refuse(event, "second-outcome");
      return;
    }
    const index = this.#append(event);
    if (type === "outcome") this.#end(event, event.decisionId);
    if (event.event.type === "decision") this.#open(event, { index, stream: event.event.input.facts.stream });
  }

  abandon(requestId: string): void {
    const request = this.#openRequest(requestId);
    if (request === undefined) return;
    this.#own.push(abandonedEvent(request, this.#context.nowMs));
    this.#end(request, request.decisions.at(-1)?.decisionId ?? null);
  }

  finish(refused: readonly RefusedEvent[]): Plan {
    if (this.#own.length > 0) for (const event of this.#context.sign(this.#own)) this.#append(event);
    return {
      leaves: this.#leaves,
      duplicates: this.#duplicates,
      refused: [...refused, ...this.#refused],
      changes: { opened: this.#opened, closed: this.#closed },
    };
  }

  #append(event: GoodEvent): number {
    const index = this.#context.nextIndex + this.#leaves.length;
    this.#leaves.push({ index, event });
    this.#events.set(event.eventId, { index, leafHash: event.leafHash.toString("base64") });
    return index;
  }

  #open(event: GoodEvent, opened: { index: number; stream: boolean }): void {
    const { requestId, tenant } = event;
    const decisionId = event.decisionId ?? "";
    const by = this.#outcomes.get(requestId);
    if (by === undefined) {
      const before = this.#openRequest(requestId);
      const decisions = [...(before?.decisions ?? []), { decisionId, index: opened.index }];
      const openedAtMs = before?.openedAtMs ?? this.#context.nowMs;
      this.#opened.set(requestId, { requestId, tenant, stream: opened.stream, openedAtMs, decisions });
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
    const { envelope, eventId, instance } = event;
    const subject = eventSubject(event.type, event.tenant);
    this.#refused.push({ ok: false, reason, envelope, eventId, instance, subject });
  }
}
