import { SYSTEM_TENANT } from "@signalbox/proto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { GoodEvent } from "../events/check-event.ts";
import type { AnyEvent } from "../events/contracts.ts";
import { isOutcome } from "../events/event-fields.ts";
import { LeafFollower } from "./leaf-follower.ts";
import { OpenRequests } from "./open-requests.ts";
import { Sequences, type DueGap } from "./sequences.ts";
import { planBatch, type KnownFacts, type Plan } from "./plan-batch.ts";

/** A log in memory that batches are planned against, as the database would be. */
class Log {
  readonly leaves: GoodEvent[] = [];
  /** Where each leaf's executed decision stands, as it was planned. */
  readonly executed: (number | undefined)[] = [];
  readonly #events = new Map<string, { index: number; leafHash: string }>();
  readonly #outcomes = new Map<string, string | null>();
  readonly sequences = new Sequences();
  #open = new OpenRequests();
  #own = 0;

  append(events: readonly GoodEvent[], abandon: readonly string[] = [], gaps: readonly DueGap[] = []): Plan {
    const known: KnownFacts = { events: this.#events, outcomes: this.#outcomes };
    const plan = planBatch(
      { good: events, refused: [], abandon, gaps, own: [] },
      {
        nextIndex: this.leaves.length,
        known,
        open: this.#open,
        sequences: this.sequences,
        nowMs: 0,
        sign: (own) => own.map(({ type, event }) => this.#sign({ ...event, type } as AnyEvent)),
      },
    );
    for (const { index, event, decisionIndex } of plan.leaves) {
      if (index !== this.leaves.length) throw new Error(`the index ${index} is not the next one`);
      this.leaves.push(event);
      this.executed.push(decisionIndex);
      this.#events.set(event.eventId, { index, leafHash: event.leafHash.toString("base64") });
      if (isOutcome(event)) this.#outcomes.set(event.requestId, event.decisionId);
    }
    this.#open.apply(plan.changes);
    this.sequences.apply(plan.sequences);
    return plan;
  }

  /** What a sequencer that starts now would find. */
  get openDecisions(): string[] {
    return [...this.#open.values()].flatMap((request) => request.decisions.map(({ decisionId }) => decisionId));
  }

  lowestOpen(): number | undefined {
    return this.#open.lowestIndexAfter({ opened: new Map(), closed: new Set() });
  }

  #sign(event: AnyEvent): GoodEvent {
    this.#own += 1;
    const producer = { service: "audit-ledger" as const, instance: "own", seq: this.#own };
    return good({ ...event, producer }, `own-${this.#own}`);
  }
}

function good(event: Partial<AnyEvent>, eventId: string): GoodEvent {
  return {
    ok: true,
    eventId,
    type: event.type,
    tenant: event.tenant,
    requestId: event.requestId,
    decisionId: "decisionId" in event ? event.decisionId : null,
    producer: event.producer ?? { service: "policy", instance: "i", seq: 1 },
    isStream: false,
    gap: event.type === "gap" ? event : null,
    envelope: Buffer.from(eventId),
    leafHash: Buffer.from(eventId),
    payload: Buffer.alloc(0),
    labels: null,
  } as unknown as GoodEvent;
}

function decision(requestId: string, decisionId: string, eventId = `event of ${decisionId}`): GoodEvent {
  return good({ type: "decision", tenant: "t", requestId, decisionId } as unknown as AnyEvent, eventId);
}

function outcome(requestId: string, decisionId: string | null, eventId: string): GoodEvent {
  return good({ type: "outcome", tenant: "t", requestId, decisionId } as unknown as AnyEvent, eventId);
}

test("an event twice in one batch is one leaf", () => {
  const log = new Log();
  const event = decision("r", "d");
  const plan = log.append([event, event]);
  expect([plan.leaves.length, plan.duplicates.map(({ index }) => index)]).toEqual([1, [0]]);
});

test("two outcomes in one batch are one leaf and one refusal", () => {
  const plan = new Log().append([outcome("r", null, "a"), outcome("r", null, "b")]);
  expect([plan.leaves.length, plan.refused.map(({ reason }) => reason)]).toEqual([1, ["second-outcome"]]);
});

test("a gap names what is missing when it is planned, once, and what comes after it is appended all the same", () => {
  const log = new Log();
  const producer = { service: "policy", instance: "p1" };
  const numbered = (seq: number): GoodEvent => {
    const event = { type: "decision", tenant: "t", requestId: `r${seq}`, decisionId: `d${seq}` };
    return good({ ...event, producer: { ...producer, seq } } as unknown as AnyEvent, `n${seq}`);
  };
  log.append([3, 7, 9].map(numbered));
  const due = [{ ...producer, below: 9 }];
  // One of the missing ones comes in the very batch that names the others.
  const plan = log.append([numbered(5)], [], due);
  expect(plan.leaves.map(({ event }) => event.type)).toEqual(["decision", "gap"]);
  const missing = [
    { first: 1, last: 2 },
    { first: 4, last: 4 },
    { first: 6, last: 6 },
    { first: 8, last: 8 },
  ];
  expect(plan.leaves[1]?.event).toMatchObject({
    tenant: SYSTEM_TENANT,
    requestId: null,
    gap: { ...producer, missing },
  });
  expect(log.append([], [], due).leaves).toEqual([]);
  expect(log.append([numbered(4)]).leaves).toHaveLength(1);
  expect(log.sequences.get(producer)?.settled.ranges).toEqual([{ first: 1, last: 9 }]);
  const { sequences } = followed(log);
  expect(sequences.map(({ settled, ...of }) => ({ ...of, ranges: settled.ranges }))).toEqual([
    { ...producer, ranges: [{ first: 1, last: 9 }] },
  ]);
});

test("a request that got its outcome in the same batch is not abandoned", () => {
  const log = new Log();
  log.append([decision("r", "d")]);
  const plan = log.append([outcome("r", "d", "o")], ["r", "unknown"]);
  expect(plan.leaves.map(({ event }) => event.type)).toEqual(["outcome"]);
});

const ids = { request: fc.constantFrom("r1", "r2", "r3"), decision: fc.integer({ min: 0, max: 3 }) };
const arrivals = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("decision" as const), ...ids, copy: fc.nat(1) }),
    fc.record({ kind: fc.constant("outcome" as const), ...ids, copy: fc.nat(2) }),
    fc.record({ kind: fc.constant("abandon" as const), ...ids, copy: fc.constant(0) }),
  ),
  { maxLength: 40 },
);

test("whatever arrives, in whatever order and cut: one outcome a request, and each other decision closed once after it", () => {
  fc.assert(
    fc.property(arrivals, fc.integer({ min: 1, max: 5 }), (sequence, batchSize) => {
      const log = new Log();
      for (let at = 0; at < sequence.length; at += batchSize) {
        const part = sequence.slice(at, at + batchSize);
        const events = part.flatMap(({ kind, request, decision: n, copy }) => {
          if (kind === "decision") return [decision(request, `${request}.${n}`)];
          return kind === "outcome"
            ? [outcome(request, n === 3 ? null : `${request}.${n}`, `${request}.${n}.${copy}`)]
            : [];
        });
        log.append(
          events,
          part.filter(({ kind }) => kind === "abandon").map(({ request }) => request),
        );
      }
      for (const request of ["r1", "r2", "r3"]) expect(problemsOf(log, request)).toEqual([]);
      const firstOpen = log.leaves.findIndex(({ decisionId, type }) => {
        return type === "decision" && log.openDecisions.includes(decisionId ?? "");
      });
      expect(log.lowestOpen() ?? -1).toBe(firstOpen);
      expect(followed(log)).toMatchObject({ executed: log.executed, lowestOpen: log.lowestOpen() });
    }),
    { numRuns: 500 },
  );
});

/** What can be told of a log from its leaves alone. */
function followed({ leaves }: Log) {
  const follower = new LeafFollower();
  const executed = leaves.map((event, index) => {
    const end = leaves.findIndex(({ type, requestId }) => type === "outcome" && requestId === event.requestId);
    return follower.follow(index, event, end !== -1 && end < index);
  });
  return { executed, lowestOpen: follower.lowestOpenIndex, sequences: follower.takeChanged() };
}

function problemsOf(log: Log, request: string): string[] {
  const leaves = log.leaves.filter(({ requestId }) => requestId === request);
  const outcomes = leaves.filter(({ type }) => type === "outcome");
  if (outcomes.length > 1) return ["more than one outcome"];
  const [end] = outcomes;
  return leaves
    .filter(({ type }) => type === "decision")
    .flatMap(({ decisionId }) => {
      const closings = leaves.filter(({ type, decisionId: id }) => type === "superseded" && id === decisionId).length;
      const wanted = end === undefined || end.decisionId === decisionId ? 0 : 1;
      const isOpen = log.openDecisions.includes(decisionId ?? "");
      if (isOpen !== (end === undefined)) return [`${decisionId} is ${isOpen ? "open" : "closed"}`];
      return closings === wanted ? [] : [`${decisionId} was closed ${closings} times`];
    });
}
