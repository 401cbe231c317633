import { hash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Frontier } from "@signalbox/tlog";
import type { Client } from "pg";
import type { GoodEvent, RefusedEvent } from "../events/check-event.ts";
import { arrayLiteral, bareArrayLiteral, jsonbText } from "./array-literal.ts";
import type { Plan, PlannedLeaf } from "./plan-batch.ts";
import type { Sequence } from "./sequences.ts";

/** What is kept of an event that is not appended. */
const QUARANTINED_BODY_MAX_BYTES = 65_536;

/**
 * All rows of a batch, and the new head, in one statement. It writes nothing when the head is not where the plan found
 * it, when an event is in the log already, or when a request that must be open has ended. Of a request that was erased
 * in the meantime it writes no labels. Leaves and hashes come as one
 * run of bytes each and are cut here, because an array of bytes would travel as hexadecimal text.
 * The run of leaves, which is most of the statement, is its last parameter: what is written before it is copied when the
 * buffer that holds them all grows.
 */
const INSERT = `
  with head as (
    update ledger_head set size = $17, root = $18, frontier = $19, open_from = $20
    where epoch = $21 and size = $1
      and not exists (select from ledger_event where event_id = any ($6::text::uuid[]))
      and not exists (select from ledger_request where request_id = any ($25::text::uuid[]))
    returning size
  ), item as (
    select $1::bigint + ord - 1 as idx, substring($31::bytea from start for length) as leaf,
      substring($3::bytea from 32 * ord::int - 31 for 32) as leaf_hash,
      event_id, type, tenant, request_id, decision_id, at_ms, key_id, kind, provider, model, cost,
      decision_idx, reason, tags::text[] as tags
    from head, unnest($4::text::int[], $5::text::int[], $6::text::uuid[], $7::text::text[], $8::text::text[],
      $9::text::uuid[], $10::text::uuid[], $11::text::bigint[], $12::text::text[], $13::text::text[],
      $14::text::text[], $15::text::text[], $16::text::numeric[], $29::text::bigint[], $30::text::text[],
      $2::text::text[])
      with ordinality as t(start, length, event_id, type, tenant, request_id, decision_id, at_ms, key_id, kind,
        provider, model, cost, decision_idx, reason, tags, ord)
  ), leaf as (
    insert into ledger_leaf (idx, leaf, leaf_hash, event_id, type, tenant, request_id, decision_id, at_ms, key_id,
      kind, provider, model, cost, decision_idx, reason, tags)
    select idx, leaf, leaf_hash, event_id, type, tenant, request_id, decision_id, at_ms, key_id,
      kind, provider, model, cost, decision_idx, reason, tags from item
  ), event as (
    insert into ledger_event (event_id, idx, leaf_hash) select event_id, idx, leaf_hash from item
  ), outcome as (
    insert into ledger_request (request_id, outcome_idx, decision_id)
    select request_id, idx, decision_id from item where type = 'outcome'
  ), sequence as (
    insert into ledger_sequence (service, instance, settled)
    select t.* from head, unnest($22::text::text[], $23::text::text[], $24::text::int8multirange[]) as t
    on conflict (service, instance) do update set settled = excluded.settled
  ), label as (
    insert into ledger_label (request_id, tenant, labels)
    select t.* from head,
      unnest($26::text::uuid[], $27::text::text[], $28::text::jsonb[]) as t (request_id, tenant, labels)
    where not is_erased(t.tenant, t.request_id, coalesce(t.labels ->> 'user', '')) on conflict do nothing
  )
  select size from head`;

const INSERT_QUARANTINE = `
  insert into ledger_quarantine (reason, subject, event_id, digest, body)
  values ($1, $2, $3, $4, $5) on conflict do nothing`;

export type Insert = {
  readonly plan: Plan;
  /** The tree with the plan's leaves in it. */
  readonly tree: Frontier;
  readonly openFrom: number;
  readonly epoch: string;
  /** Requests that must not have ended before. */
  readonly stillOpen: ReadonlySet<string>;
};

/** Writes a plan's rows inside the caller's transaction, if there is one. False when its conditions do not hold. */
export async function insertPlan(client: Client, insert: Insert): Promise<boolean> {
  for (const refused of insert.plan.refused) await insertQuarantined(client, refused);
  if (insert.plan.leaves.length === 0) return true;
  // Each of these takes a few milliseconds for a large batch, and a proof must not wait for all of them.
  await nextTurn();
  const values = valuesOf(insert);
  await nextTurn();
  const { rowCount } = await client.query({ name: "insert", text: INSERT, values });
  return rowCount === 1;
}

function valuesOf({ plan, tree, openFrom, epoch, stillOpen }: Insert): unknown[] {
  const { leaves, sequences } = plan;
  const events = leaves.map(({ event }) => event);
  return [
    tree.size - events.length,
    arrayLiteral(leaves.map(({ event }) => (event.tags.length === 0 ? null : arrayLiteral(event.tags)))),
    Buffer.concat(events.map((event) => event.leafHash)),
    bareArrayLiteral(startsOf(events)),
    bareArrayLiteral(events.map((event) => event.envelope.length)),
    bareArrayLiteral(events.map((event) => event.eventId)),
    bareArrayLiteral(events.map((event) => event.type)),
    arrayLiteral(events.map((event) => event.tenant)),
    bareArrayLiteral(events.map((event) => event.requestId)),
    bareArrayLiteral(events.map((event) => event.decisionId)),
    bareArrayLiteral(events.map((event) => event.atMs)),
    arrayLiteral(events.map((event) => event.keyId)),
    arrayLiteral(events.map((event) => event.kind)),
    arrayLiteral(events.map((event) => event.provider)),
    arrayLiteral(events.map((event) => event.model)),
    bareArrayLiteral(events.map((event) => event.cost)),
    tree.size,
    tree.root(),
    tree.toBytes(),
    openFrom,
    epoch,
    arrayLiteral(sequences.map(({ service }) => service)),
    arrayLiteral(sequences.map(({ instance }) => instance)),
    arrayLiteral(sequences.map(settledLiteral)),
    bareArrayLiteral([...stillOpen]),
    ...labelValues(events),
    ...searchValues(leaves),
    Buffer.concat(events.map((event) => event.envelope)),
  ];
}

/** Where each envelope begins in the run of all, counted from 1. */
function startsOf(events: readonly GoodEvent[]): number[] {
  let next = 1;
  return events.map(({ envelope }) => {
    const start = next;
    next += envelope.length;
    return start;
  });
}

/** The literals' upper ends do not belong to their ranges. */
function settledLiteral({ settled }: Sequence): string {
  return `{${settled.ranges.map(({ first, last }) => `[${first},${last + 1})`).join(",")}}`;
}

function labelValues(events: readonly GoodEvent[]): string[] {
  const labelled = events.filter((event) => event.labels !== null && event.requestId !== null);
  return [
    bareArrayLiteral(labelled.map((event) => event.requestId)),
    arrayLiteral(labelled.map((event) => event.tenant)),
    arrayLiteral(labelled.map((event) => jsonbText(event.labels))),
  ];
}

/** What queries find a decision by beside the columns that every leaf has. */
function searchValues(leaves: readonly PlannedLeaf[]): string[] {
  return [
    bareArrayLiteral(leaves.map(({ decisionIndex = null }) => decisionIndex)),
    arrayLiteral(leaves.map(({ event }) => event.reason)),
  ];
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
