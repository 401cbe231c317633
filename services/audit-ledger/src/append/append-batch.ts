import { Frontier } from "@signalbox/tlog";
import type { Client } from "pg";
import type { Head } from "./head.ts";
import { insertPlan } from "./insert-plan.ts";
import type { OpenRequests } from "./open-requests.ts";
import { planBatch, type Batch, type KnownFacts, type Plan, type PlanContext } from "./plan-batch.ts";
import type { Sequences } from "./sequences.ts";

/** Another sequencer has begun a newer epoch, so this one must stop. */
export class FencedError extends Error {
  override readonly name = "FencedError";
}

export type AppendContext = {
  readonly client: Client;
  readonly epoch: string;
  readonly open: OpenRequests;
  readonly sequences: Sequences;
  readonly sign: PlanContext["sign"];
};

export type Appended = { readonly plan: Plan; readonly head: Head };

type HeadRow = {
  size: string;
  root: Buffer;
  frontier: Buffer;
  epoch: string;
  known: [eventId: string, index: number, leafHash: string][];
  outcomes: [requestId: string, decisionId: string | null][];
};

/** The head under its lock, and what is known of the batch, in one round trip. */
const LOCK_HEAD = `
  select size, root, frontier, epoch,
    (select coalesce(json_agg(json_build_array(event_id, idx, encode(leaf_hash, 'base64'))), '[]')
       from ledger_event where event_id = any ($1::text::uuid[])) as known,
    (select coalesce(json_agg(json_build_array(request_id, decision_id)), '[]')
       from ledger_request where request_id = any ($2::text::uuid[])) as outcomes
  from ledger_head for update`;

/**
 * Appends a batch in one transaction: lock the head, see what is new, give it the next indexes, write rows and head,
 * commit. Nothing is taken from memory but the open requests and the producers' sequences, so a failure leaves nothing to put right; they are
 * changed only when the commit is known.
 */
export async function appendBatch(batch: Batch, context: AppendContext): Promise<Appended> {
  const { client, open, sequences } = context;
  await client.query("begin");
  try {
    const row = await lockHead(batch, context);
    const known = readFacts(row);
    const tree = Frontier.fromBytes(Number(row.size), row.frontier);
    const nowMs = performance.now();
    const plan = planBatch(batch, { nextIndex: tree.size, known, open, sequences, nowMs, sign: context.sign });
    for (const { event } of plan.leaves) tree.append(event.leafHash);
    const root = Buffer.from(tree.root());
    if (plan.leaves.length > 0 || plan.refused.length > 0) {
      const openFrom = open.lowestIndexAfter(plan.changes) ?? tree.size;
      const written = await insertPlan(client, { plan, tree, openFrom, epoch: context.epoch });
      if (!written) throw new FencedError("the head was not this sequencer's to move");
    }
    await client.query("commit");
    open.apply(plan.changes);
    sequences.apply(plan.sequences);
    return { plan, head: { size: tree.size, root } };
  } catch (error) {
    // On a broken connection this fails too; the server rolls back by itself then.
    await client.query("rollback").catch(() => {});
    throw error;
  }
}

async function lockHead(batch: Batch, context: AppendContext): Promise<HeadRow> {
  const eventIds = batch.good.map((event) => event.eventId);
  const requestIds = new Set(batch.good.flatMap((event) => event.requestId ?? []));
  const { rows } = await context.client.query<HeadRow>({
    name: "lock-head",
    text: LOCK_HEAD,
    values: [`{${eventIds.join(",")}}`, `{${[...requestIds].join(",")}}`],
  });
  const [row] = rows;
  if (row?.epoch !== context.epoch) throw new FencedError("another sequencer has taken over");
  return row;
}

function readFacts(row: HeadRow): KnownFacts {
  return {
    events: new Map(row.known.map(([eventId, index, leafHash]) => [eventId, { index, leafHash }])),
    outcomes: new Map(row.outcomes),
  };
}
