import { Frontier } from "@signalbox/tlog";
import type { Head } from "./head.ts";
import type { LockedHead } from "./lock-head.ts";
import type { OpenRequests } from "./open-requests.ts";
import { planBatch, type Batch, type KnownFacts, type Plan, type PlanContext } from "./plan-batch.ts";
import type { ProducerInstance, Sequences } from "./sequences.ts";
import type { Store } from "./store.ts";

/** Another sequencer has begun a newer epoch, so this one must stop. */
class FencedError extends Error {
  override readonly name = "FencedError";
}

export type AppendContext = {
  readonly store: Store;
  readonly epoch: string;
  readonly open: OpenRequests;
  readonly sequences: Sequences;
  readonly sign: PlanContext["sign"];
  /** The tree as this sequencer committed it last; absent until it has, and when a batch found the head elsewhere. */
  tree?: Frontier;
};

export type Appended = { readonly plan: Plan; readonly head: Head };

const NOTHING_KNOWN: KnownFacts = { events: new Map(), outcomes: new Map() };

/** A batch that is planned, with the tree as it is then. */
type Planned = { readonly plan: Plan; readonly tree: Frontier };

/** A batch on its way to the database. */
export type Sent = Planned & {
  /** Whether it was written; rejects when it failed, or when nobody can tell. */
  readonly written: Promise<boolean>;
};

/**
 * Appends a batch: what is new of it gets the next indexes, and rows and head are committed together. A failure leaves
 * nothing to put right, for what is kept in memory changes only when the commit is known.
 */
export async function appendBatch(batch: Batch, context: AppendContext): Promise<Appended> {
  const sent = sendFresh(batch, context, null);
  const isWritten = sent !== null && (await sent.written);
  return isWritten ? settle(sent, context) : await appendLocked(batch, context);
}

/**
 * Sends a batch in the ordinary case, in one statement, which is a transaction by itself: nothing of the batch is in the
 * log, none of its requests has ended before, and the head is where this sequencer left it. The statement sees to all
 * three, and writes nothing when one of them does not hold. Null: this is no such batch, and nothing was sent.
 *
 * A batch may be sent while the one `before` it is on its way. It is planned as if that were committed; if it is not, the
 * head is not where this plan begins, and nothing is written.
 */
export function sendFresh(batch: Batch, context: AppendContext, before: Sent | null): Sent | null {
  const { store, epoch } = context;
  const start = before?.tree ?? context.tree;
  if (start === undefined || batch.refused.length > 0) return null;
  const { plan, tree, openFrom } = planOn(start.clone(), { batch, context, known: NOTHING_KNOWN, before });
  if (plan.leaves.length === 0 || plan.refused.length > 0) return null;
  const written = store.appendFresh({ plan, tree, openFrom, epoch, stillOpen: requestsOf(batch) });
  // It may fail before anybody awaits it, which must not count as unhandled.
  written.catch(() => {});
  return { plan, tree, written };
}

/** Locks the head, sees what is new, gives it the next indexes, writes rows and head, commits. */
async function appendLocked(batch: Batch, context: AppendContext): Promise<Appended> {
  const { store, epoch } = context;
  await store.begin();
  try {
    const eventIds = batch.good.map((event) => event.eventId);
    const row = await store.lockHead({ eventIds, requestIds: [...requestsOf(batch)] });
    if (row.epoch !== epoch) throw new FencedError("another sequencer has taken over");
    const start = Frontier.fromBytes(Number(row.size), row.frontier);
    const { plan, tree, openFrom } = planOn(start, { batch, context, known: readFacts(row), before: null });
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

type Planning = { batch: Batch; context: AppendContext; known: KnownFacts; before: Planned | null };

/** Plans the batch, and lets the tree grow by its leaves. */
function planOn(tree: Frontier, { batch, context, known, before }: Planning): Planned & { readonly openFrom: number } {
  const { sign } = context;
  const { open, sequences } = before === null ? context : factsAfter(before.plan, context);
  const plan = planBatch(batch, { nextIndex: tree.size, known, open, sequences, nowMs: performance.now(), sign });
  for (const { event } of plan.leaves) tree.append(event.leafHash);
  const changes = before === null ? [plan.changes] : [before.plan.changes, plan.changes];
  return { plan, tree, openFrom: context.open.lowestIndexAfter(...changes) ?? tree.size };
}

/** What is kept in memory as it will be when this plan is committed. */
function factsAfter(
  { changes: { opened, closed }, sequences: changed }: Plan,
  { open, sequences }: AppendContext,
): Pick<PlanContext, "open" | "sequences"> {
  return {
    open: { get: (id) => (closed.has(id) ? undefined : (opened.get(id) ?? open.get(id))) },
    sequences: {
      get: (of) => {
        const isOf = (one: ProducerInstance): boolean => one.service === of.service && one.instance === of.instance;
        return changed.find(isOf) ?? sequences.get(of);
      },
    },
  };
}

/** Takes over what is committed now. */
export function settle({ plan, tree }: Planned, context: AppendContext): Appended {
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
