import { hash } from "node:crypto";
import type { Frontier } from "@signalbox/tlog";
import type { Client } from "pg";
import type { GoodEvent, RefusedEvent } from "../events/check-event.ts";
import { arrayLiteral, jsonbText } from "./array-literal.ts";
import type { Plan } from "./plan-batch.ts";
import type { Sequence } from "./sequences.ts";

/** What is kept of an event that is not appended. */
const QUARANTINED_BODY_MAX_BYTES = 65_536;

/**
 * All rows of a batch in one statement. Leaves and hashes come as one run of bytes each and are cut here, because an
 * array of bytes would travel as hexadecimal text.
 */
const INSERT = `
  with item as (
    select $1::bigint + ord - 1 as idx, substring($2::bytea from start for length) as leaf,
      substring($3::bytea from 32 * ord::int - 31 for 32) as leaf_hash,
      event_id, type, tenant, request_id, decision_id, at_ms, key_id, kind, provider, model, cost
    from unnest($4::text::int[], $5::text::int[], $6::text::uuid[], $7::text::text[], $8::text::text[],
      $9::text::uuid[], $10::text::uuid[], $11::text::bigint[], $12::text::text[], $13::text::text[],
      $14::text::text[], $15::text::text[], $16::text::numeric[])
      with ordinality as t(start, length, event_id, type, tenant, request_id, decision_id, at_ms, key_id, kind,
        provider, model, cost, ord)
  ), leaf as (
    insert into ledger_leaf (idx, leaf, leaf_hash, event_id, type, tenant, request_id, decision_id, at_ms, key_id,
      kind, provider, model, cost)
    select idx, leaf, leaf_hash, event_id, type, tenant, request_id, decision_id, at_ms, key_id,
      kind, provider, model, cost from item
  ), event as (
    insert into ledger_event (event_id, idx, leaf_hash) select event_id, idx, leaf_hash from item
  ), outcome as (
    insert into ledger_request (request_id, outcome_idx, decision_id)
    select request_id, idx, decision_id from item where type = 'outcome'
  ), sequence as (
    insert into ledger_sequence (service, instance, settled)
    select * from unnest($22::text::text[], $23::text::text[], $24::text::int8multirange[])
    on conflict (service, instance) do update set settled = excluded.settled
  )
  update ledger_head set size = $17, root = $18, frontier = $19, open_from = $20 where epoch = $21 and size = $1
  returning size`;

const INSERT_LABELS = `
  insert into ledger_label (request_id, tenant, labels)
  select * from unnest($1::text::uuid[], $2::text::text[], $3::text::jsonb[]) on conflict do nothing`;

const INSERT_QUARANTINE = `
  insert into ledger_quarantine (reason, subject, event_id, digest, body)
  values ($1, $2, $3, $4, $5) on conflict do nothing`;

export type Insert = {
  readonly plan: Plan;
  /** The tree with the plan's leaves in it. */
  readonly tree: Frontier;
  readonly openFrom: number;
  readonly epoch: string;
};

/** Writes a plan's rows inside the caller's transaction. False when the head is another sequencer's. */
export async function insertPlan(client: Client, insert: Insert): Promise<boolean> {
  const events = insert.plan.leaves.map(({ event }) => event);
  for (const refused of insert.plan.refused) await insertQuarantined(client, refused);
  if (events.length === 0) return true;
  await insertLabels(client, events);
  const { rowCount } = await client.query({ name: "insert", text: INSERT, values: leafValues(events, insert) });
  return rowCount === 1;
}

function leafValues(events: readonly GoodEvent[], { plan, tree, openFrom, epoch }: Insert): unknown[] {
  const { sequences } = plan;
  const starts: number[] = [];
  let at = 1;
  for (const { envelope } of events) {
    starts.push(at);
    at += envelope.length;
  }
  return [
    tree.size - events.length,
    Buffer.concat(events.map((event) => event.envelope)),
    Buffer.concat(events.map((event) => event.leafHash)),
    arrayLiteral(starts),
    arrayLiteral(events.map((event) => event.envelope.length)),
    arrayLiteral(events.map((event) => event.eventId)),
    arrayLiteral(events.map((event) => event.type)),
    arrayLiteral(events.map((event) => event.tenant)),
    arrayLiteral(events.map((event) => event.requestId)),
    arrayLiteral(events.map((event) => event.decisionId)),
    arrayLiteral(events.map((event) => event.atMs)),
    arrayLiteral(events.map((event) => event.keyId)),
    arrayLiteral(events.map((event) => event.kind)),
    arrayLiteral(events.map((event) => event.provider)),
    arrayLiteral(events.map((event) => event.model)),
    arrayLiteral(events.map((event) => event.cost)),
    tree.size,
    tree.root(),
    tree.toBytes(),
    openFrom,
    epoch,
    arrayLiteral(sequences.map(({ service }) => service)),
    arrayLiteral(sequences.map(({ instance }) => instance)),
    arrayLiteral(sequences.map(settledLiteral)),
  ];
}

/** The literals' upper ends do not belong to their ranges. */
function settledLiteral({ settled }: Sequence): string {
  return `{${settled.ranges.map(({ first, last }) => `[${first},${last + 1})`).join(",")}}`;
}

async function insertLabels(client: Client, events: readonly GoodEvent[]): Promise<void> {
  const labelled = events.filter((event) => event.labels !== null && event.requestId !== null);
  if (labelled.length === 0) return;
  const values = [
    arrayLiteral(labelled.map((event) => event.requestId)),
    arrayLiteral(labelled.map((event) => event.tenant)),
    arrayLiteral(labelled.map((event) => jsonbText(event.labels))),
  ];
  await client.query({ name: "insert-labels", text: INSERT_LABELS, values });
}

async function insertQuarantined(client: Client, refused: RefusedEvent): Promise<void> {
  const body = refused.envelope.subarray(0, QUARANTINED_BODY_MAX_BYTES);
  const digest = hash("sha256", refused.envelope, "buffer");
  await client.query({
    name: "insert-quarantine",
    text: INSERT_QUARANTINE,
    values: [refused.reason, refused.subject.replaceAll("\u0000", ""), refused.eventId, digest, body],
  });
}
