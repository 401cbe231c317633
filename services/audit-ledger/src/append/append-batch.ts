import { Frontier } from "@signalbox/tlog";
import type { Head } from "./head.ts";
import type { LockedHead } from "./lock-head.ts";
import type { OpenRequests } from "./open-requests.ts";
import { planBatch, type Batch, type KnownFacts, type Plan, type PlanContext } from "./plan-batch.ts";
import type { Sequences } from "./sequences.ts";
import type { Store } from "./store.ts";

/** Another sequencer has begun a newer epoch, so this one must stop. */
export class FencedError extends Error {
  override readonly name = "FencedError";
}

export type AppendContext = {
  readonly store: Store;
  readonly epoch: string;
  readonly open: OpenRequests;
  readonly sequences: Sequences;
  readonly sign: PlanContext["sign"];
  /** The tree as this sequencer committed it last; absent until it has. */
  tree?: Frontier;
};

export type Appended = { readonly plan: Plan; readonly head: Head };

const NOTHING_KNOWN: KnownFacts = { events: new Map(), outcomes: new Map() };

/**
 * Appends a batch: what is new of it gets the next indexes, and rows and head are committed together. A failure leaves
 * nothing to put right, for what is kept in memory changes only when the commit is known.
 */
export async function appendBatch(batch: Batch, context: AppendContext): Promise<Appended> {
  return (await appendFresh(batch, context)) ?? (await appendLocked(batch, context));
}

/**
 * The ordinary case in one statement, which is a transaction by itself: nothing of the batch is in the log, none of its
 * requests has ended before, and the head is where this sequencer left it. The statement sees to all three; null when it
 * wrote nothing because one of them does not hold.
 */
async function appendFresh(batch: Batch, context: AppendContext): Promise<Appended | null> {
  const { store, epoch } = context;
  if (context.tree === undefined || batch.refused.length > 0) return null;
  const { plan, tree, openFrom } = planOn(context.tree.clone(), { batch, context, known: NOTHING_KNOWN });
  if (plan.leaves.length === 0 || plan.refused.length > 0) return null;
  const stillOpen = requestsOf(batch);
  const written = await store.appendFresh({ plan, tree, openFrom, epoch, stillOpen });
  return written ? settle({ plan, tree }, context) : null;
}

/** Locks the head, sees what is new, gives it the next indexes, writes rows and head, commits. */
async function appendLocked(batch: Batch, context: AppendContext): Promise<Appended> {
  const { store, epoch } = context;
  await store.begin();
  try {
    const eventIds = batch.good.map((event) => event.eventId);
    const row = await store.lockHead({ eventIds, requestIds: [...requestsOf(batch)] });
    if (row.epoch !== epoch) throw new FencedError("another sequencer has taken over");
    const before = Frontier.fromBytes(Number(row.size), row.frontier);
    const { plan, tree, openFrom } = planOn(before, { batch, context, known: readFacts(row) });
    const written = await store.insertPlan({ plan, tree, openFrom, epoch, stillOpen: new Set() });
    if (!written) throw new FencedError("the head was not this sequencer's to move");
    await store.commit();
    return settle({ plan, tree }, context);
  } catch (error) {
    // On a broken connection this fails too; the server rolls back by itself then.
    await store.rollback().catch(() => {});
    throw error;
  }
}

type Planned = { readonly plan: Plan; readonly tree: Frontier };

/** Plans the batch, and lets the tree grow by its leaves. */
function planOn(
  tree: Frontier,
  { batch, context, known }: { batch: Batch; context: AppendContext; known: KnownFacts },
): Planned & { readonly openFrom: number } {
  const { open, sequences, sign } = context;
  const nowMs = performance.now();
  const plan = planBatch(batch, { nextIndex: tree.size, known, open, sequences, nowMs, sign });
  for (const { event } of plan.leaves) tree.append(event.leafHash);
  return { plan, tree, openFrom: open.lowestIndexAfter(plan.changes) ?? tree.size };
}

/** Takes over what is committed now. */
function settle({ plan, tree }: Planned, context: AppendContext): Appended {
  context.open.apply(plan.changes);
  context.sequences.apply(plan.sequences);
  context.tree = tree;
  return { plan, head: { size: tree.size, root: Buffer.from(tree.root()) } };
}

function requestsOf(batch: Batch): Set<string> {
  return new Set(batch.good.flatMap((event) => event.requestId ?? []));
}

function readFacts(row: LockedHead): KnownFacts {
  return {
    events: new Map(row.known.map(([eventId, index, leafHash]) => [eventId, { index, leafHash }])),
    outcomes: new Map(row.outcomes),
  };
}
