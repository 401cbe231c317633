import { isDecision, isOutcome } from "../../services/audit-ledger/src/events/event-fields.ts";
import type { SimulatedDatabase } from "./simulated-database.ts";
import type { EventPool, PooledEvent } from "./event-pool.ts";

/** A run that is over. */
export type Played = {
  readonly pool: EventPool;
  readonly db: SimulatedDatabase;
  /** When each event was in the queue for the first time. */
  readonly storedAtMs: Map<PooledEvent, number>;
  /** How long a number may be missing before the log says so. */
  readonly gapAfterMs: number;
  /** What was found while it ran. */
  readonly problems: string[];
};

/** As the sequencer has it: a decision that is younger is not looked at. */
const OPEN_MIN_MS = 15_000;

/** All that does not hold at the end; none is a good run. */
export function problemsOf(played: Played): string[] {
  return [
    ...played.problems,
    ...played.db.problems,
    ...acknowledgedProblems(played),
    ...gapProblems(played),
    ...closingProblems(played),
    ...retirementProblems(played),
  ];
}

/** Every acknowledged event is one leaf, or lies in quarantine for a reason that holds. */
function acknowledgedProblems({ storedAtMs, db, pool }: Played): string[] {
  const isRetired = db.keys.some(({ key_id: keyId, retired_by: by }) => keyId === pool.retiring.keyId && by !== null);
  return [...storedAtMs.keys()].flatMap((event) => {
    const place = db.events.get(event.eventId);
    const leaf = place === undefined ? undefined : db.leaves[place.index];
    if (leaf !== undefined && Buffer.compare(leaf.event.envelope, event.envelope) === 0) return [];
    const reasons = db.quarantine
      .filter(({ envelope }) => Buffer.compare(envelope, event.envelope) === 0)
      .map(({ reason }) => reason);
    if (leaf !== undefined && reasons.includes("event-id-conflict")) return [];
    if (event.type === "outcome" && db.outcomes.has(event.requestId) && reasons.includes("second-outcome")) return [];
    if (isRetired && event.keyId === pool.retiring.keyId && reasons.includes("unknown-key")) return [];
    return [`the ${event.type} ${event.service} ${event.seq} is lost (${reasons.join(", ") || "nowhere"})`];
  });
}

function of(map: Map<string, Set<number>>, key: string): Set<number> {
  const found = map.get(key) ?? new Set<number>();
  map.set(key, found);
  return found;
}

/** Each number of a producer below its last one is that of a leaf or stands in one gap, which no earlier leaf contradicts. */
function gapProblems(played: Played): string[] {
  const problems: string[] = [];
  const seen = new Map<string, Set<number>>();
  const named = new Map<string, Set<number>>();
  for (const [index, { event }] of played.db.leaves.entries()) {
    const { producer, gap } = event;
    if (producer.service !== "audit-ledger") of(seen, nameOf(producer)).add(producer.seq);
    if (gap === null) continue;
    const key = nameOf(gap);
    for (const seq of numbersIn(gap.missing)) {
      if (of(seen, key).has(seq)) problems.push(`leaf ${index} names ${key} ${seq}, which has a leaf`);
      if (of(named, key).has(seq)) problems.push(`leaf ${index} names ${key} ${seq} again`);
      if (wasQueuedInTime(key, seq, played))
        problems.push(`leaf ${index} names ${key} ${seq}, which stood in the queue`);
      of(named, key).add(seq);
    }
  }
  for (const [key, numbers] of seen) {
    for (let seq = 1; seq < Math.max(...numbers); seq += 1) {
      if (!numbers.has(seq) && !of(named, key).has(seq)) problems.push(`${key} ${seq} is missing and not named`);
    }
  }
  return problems;
}

function nameOf({ service, instance }: { readonly service: string; readonly instance: string }): string {
  return `${service} ${instance}`;
}

function numbersIn(ranges: readonly { readonly first: number; readonly last: number }[]): number[] {
  return ranges.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, at) => first + at));
}

/** What stood in the queue before its number was missing for long enough must be dealt with before that is said. */
function wasQueuedInTime(key: string, seq: number, { db, storedAtMs, gapAfterMs }: Played): boolean {
  const above = db.leaves.find(({ event }) => nameOf(event.producer) === key && event.producer.seq > seq);
  const suspectAtMs = (above?.atMs ?? 0) + gapAfterMs;
  return [...storedAtMs].some(([event, atMs]) => {
    if (nameOf(event) !== key || event.seq !== seq || atMs >= suspectAtMs) return false;
    return !db.quarantine.some(({ envelope }) => Buffer.compare(envelope, event.envelope) === 0);
  });
}

/** Every decision of an ended request is its outcome's or closed once; an outcome that was queued in time is not abandoned. */
function closingProblems({ db, storedAtMs }: Played): string[] {
  const closings = new Map<string, number>();
  for (const { event } of db.leaves) {
    if (event.type !== "superseded") continue;
    const id = event.decisionId ?? "";
    closings.set(id, (closings.get(id) ?? 0) + 1);
  }
  const problems = db.leaves.flatMap(({ event }) => {
    if (!isDecision(event)) return [];
    const isEnded = db.outcomes.has(event.requestId);
    if (!isEnded) return [`decision ${event.decisionId} stays open`];
    const wanted = db.outcomes.get(event.requestId) === event.decisionId ? 0 : 1;
    const found = closings.get(event.decisionId) ?? 0;
    return found === wanted ? [] : [`decision ${event.decisionId} was closed ${found} times`];
  });
  const openedAtMs = new Map<string, number>();
  for (const { event, atMs } of db.leaves) {
    if (isDecision(event) && !openedAtMs.has(event.requestId)) openedAtMs.set(event.requestId, atMs);
    // The kind of an outcome is its result.
    if (!isOutcome(event) || event.kind !== "abandoned") continue;
    const { requestId } = event;
    const suspectAtMs = (openedAtMs.get(requestId) ?? 0) + OPEN_MIN_MS;
    const isEarly = [...storedAtMs].some(([stored, storedAt]) => {
      return stored.type === "outcome" && stored.requestId === requestId && storedAt < suspectAtMs;
    });
    if (isEarly) problems.push(`request ${requestId} was abandoned, and its outcome stood in the queue`);
  }
  return problems;
}

/** Nothing that a key signed follows the leaf that retires it. */
function retirementProblems({ db }: Played): string[] {
  const retired = new Set<string>();
  return db.leaves.flatMap(({ event }, index) => {
    if (event.type === "key" && event.keyId !== null) retired.add(event.keyId);
    return retired.has(event.signedBy) ? [`leaf ${index} is signed by a retired key`] : [];
  });
}
