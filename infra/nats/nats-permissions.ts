import {
  AUDIT_STREAM,
  BUDGET_NOTICE_SUBJECT,
  CACHE_ERASED_SUBJECT,
  CACHE_STORED_SUBJECT,
  FLOW,
  HEALTH_SUBJECT,
  LEDGER_STREAM,
  POLICY_CONTROL_SUBJECT,
  POLICY_NOTICE_SUBJECT,
  RECLASSIFY_SUBJECT,
  REQUEST_SUBJECTS,
  eventSubject,
  heartbeatSubject,
  inboxPrefix,
  ledgerSubject,
  receiptSubject,
} from "@signalbox/proto";
import type { StageName } from "@signalbox/proto";

/** What a NATS user may publish and subscribe to: allow-lists alone, because wildcard deny rules have been bypassed. */
type NatsPermissions = { readonly publish: readonly string[]; readonly subscribe: readonly string[] };

const ANY = "*";
const CONSUMER = `${AUDIT_STREAM.name}.${AUDIT_STREAM.consumer}`;
/** How far the queue goes, and how far it is taken. */
const QUEUE_POSITION = [`$JS.API.STREAM.INFO.${AUDIT_STREAM.name}`, `$JS.API.CONSUMER.INFO.${CONSUMER}`];
const toIngress = `${inboxPrefix("ingress")}.>`;
const toLedger = `${inboxPrefix("audit-ledger")}.>`;
const receipts = receiptSubject(ANY);

/** What a stage needs beside its place in the flow. */
const BESIDE_THE_FLOW: Readonly<Record<StageName, NatsPermissions>> = {
  // Whoever may change policies over the admin API is asked for the right by ingress.
  ingress: {
    publish: [POLICY_CONTROL_SUBJECT, CACHE_ERASED_SUBJECT, toLedger],
    subscribe: [receipts, RECLASSIFY_SUBJECT],
  },
  classifier: { publish: [toIngress], subscribe: [] },
  cache: {
    publish: [toIngress, CACHE_STORED_SUBJECT],
    subscribe: [CACHE_STORED_SUBJECT, CACHE_ERASED_SUBJECT],
  },
  policy: {
    // A fresh instance reads the last minutes' outcomes, and of the register nothing else.
    publish: [
      toIngress,
      POLICY_NOTICE_SUBJECT,
      BUDGET_NOTICE_SUBJECT,
      // How far the register has taken what was recorded: leases end no earlier.
      ...QUEUE_POSITION,
      `$JS.API.CONSUMER.CREATE.${LEDGER_STREAM.name}.${ANY}.${ledgerSubject("outcome", ANY)}`,
      `$JS.API.CONSUMER.MSG.NEXT.${LEDGER_STREAM.name}.${ANY}`,
    ],
    subscribe: [
      HEALTH_SUBJECT,
      POLICY_CONTROL_SUBJECT,
      POLICY_NOTICE_SUBJECT,
      BUDGET_NOTICE_SUBJECT,
      receipts,
      ledgerSubject("outcome", ANY),
    ],
  },
  dispatcher: { publish: [toIngress, heartbeatSubject("dispatcher", ANY)], subscribe: [receipts] },
  "audit-ledger": {
    publish: [
      // What is not in the register yet may still be on its way.
      ...QUEUE_POSITION,
      `$JS.API.CONSUMER.MSG.NEXT.${CONSUMER}`,
      // A server that starts again has forgotten it.
      `$JS.API.CONSUMER.DURABLE.CREATE.${CONSUMER}`,
      `$JS.ACK.${CONSUMER}.>`,
      ...LEDGER_STREAM.subjects,
      receipts,
      // Content is ingress' alone: it says what a request is classified as, and nothing of what it asks.
      RECLASSIFY_SUBJECT,
    ],
    subscribe: [heartbeatSubject("dispatcher", ANY)],
  },
};

/** Derived from the flow: what a stage consumes and emits, its events and its own inbox; and what stands above. */
export function natsPermissions(stage: StageName): NatsPermissions {
  const step = FLOW.find((candidate) => candidate.stage === stage);
  if (step === undefined) throw new Error(`The flow has no stage ${stage}.`);
  const extra = BESIDE_THE_FLOW[stage];
  return {
    publish: [...requestSubject(step.emits), ...step.records.map((type) => eventSubject(type, ANY)), ...extra.publish],
    subscribe: [...requestSubject(step.consumes), `${inboxPrefix(stage)}.>`, ...extra.subscribe],
  };
}

function requestSubject(name: string | null): string[] {
  const subject = Object.entries(REQUEST_SUBJECTS).find(([key]) => name === `request.${key}`);
  return subject === undefined ? [] : [subject[1]];
}
