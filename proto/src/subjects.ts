import type { StageName } from "./flow.ts";

/** The subject version; a breaking change of any message is a new one. */
const PREFIX = "signalbox.v1";

/** What an event can be; also the `type` column of a leaf. */
export const EVENT_TYPES = [
  "decision",
  "outcome",
  "superseded",
  "gap",
  "key",
  "admin",
  "feedback",
  "erasure",
  "replay",
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** The subjects that a stage's queue group listens on; a message carries the requests of one event-loop tick. */
export const REQUEST_SUBJECTS = {
  classify: `${PREFIX}.request.classify`,
  lookup: `${PREFIX}.request.lookup`,
  decide: `${PREFIX}.request.decide`,
  dispatch: `${PREFIX}.request.dispatch`,
} as const;

/** `signalbox.v1.event.<type>.<tenant>`: a producer's signed events on their way to the AUDIT queue. */
export function eventSubject(type: EventType, tenant: string): string {
  return `${PREFIX}.event.${type}.${tenant}`;
}

/** `signalbox.v1.ledger.<type>.<tenant>`: committed entries with their index. */
export function ledgerSubject(type: EventType, tenant: string): string {
  return `${PREFIX}.ledger.${type}.${tenant}`;
}

/** `signalbox.v1.receipt.<producer instance>`: which of a producer's events are committed, and where. */
export function receiptSubject(instance: string): string {
  return `${PREFIX}.receipt.${instance}`;
}

/** `signalbox.v1.heartbeat.<stage>.<instance>`: alive, and which requests it executes. */
export function heartbeatSubject(stage: StageName, instance: string): string {
  return `${PREFIX}.heartbeat.${stage}.${instance}`;
}

/** `signalbox.v1.cache.stored`: a cache instance tells the others of a new entry. */
export const CACHE_STORED_SUBJECT = `${PREFIX}.cache.stored`;

/** `signalbox.v1.cache.erased`: ingress tells the cache instances of answers that were erased (`ErasedAnswers`). */
export const CACHE_ERASED_SUBJECT = `${PREFIX}.cache.erased`;

/** Core NATS requests of an operator: the endpoints' health, and the documents that decisions name; any one policy instance answers. */
export const HEALTH_SUBJECT = `${PREFIX}.policy.health`;

/**
 * Core NATS requests of an operator to the policy in force; any one instance answers (`PolicyCommand`, `PolicyAnswer`).
 */
export const POLICY_CONTROL_SUBJECT = `${PREFIX}.policy.control`;

/** Core NATS: a policy was put in force or refused (`PolicyNotice`); every policy instance follows it. */
export const POLICY_NOTICE_SUBJECT = `${PREFIX}.policy.notice`;

/**
 * Core NATS requests of the ledger to any one ingress: classify recorded requests again (`ReclassifyOrder`,
 * `ReclassifyAnswer`).
 */
export const RECLASSIFY_SUBJECT = `${PREFIX}.replay.classify`;

/** Core NATS: alerts and recalls of budgets (`BudgetNotice`), for every policy instance and for whoever subscribes. */
export const BUDGET_NOTICE_SUBJECT = `${PREFIX}.policy.budget`;

/** A work queue with `discard: new`: when full it refuses producers and drops nothing. The ledger is its only consumer. */
export const AUDIT_STREAM = { name: "AUDIT", subjects: [`${PREFIX}.event.>`], consumer: "ledger" } as const;

/** Fan-out of committed entries; old ones are dropped, because Postgres is the record. */
export const LEDGER_STREAM = { name: "LEDGER", subjects: [`${PREFIX}.ledger.>`] } as const;

/** The prefix of a service's reply inboxes. Each has its own, so that services cannot read each other's replies. */
export function inboxPrefix(stage: string): string {
  return `_INBOX_${stage.replaceAll("-", "_")}`;
}
