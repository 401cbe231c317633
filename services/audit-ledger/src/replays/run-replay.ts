import type { ReplayJob } from "@signalbox/proto";
import type { Kysely } from "kysely";
import type { Database } from "../database.ts";
import { selectLeaves, type LeafRow } from "../read/leaf-rows.ts";
import type { Replayer } from "../read/replayer.ts";
import { yieldToOthers } from "../read/serve-call.ts";
import type { JobStore } from "./job-store.ts";
import { ReplayTally } from "./replay-tally.ts";

const PAGE_DECISIONS = 256;
/** Replayed at a stretch: about a millisecond, for which appending and reading wait. */
const STRETCH_DECISIONS = 8;
const SAY_EVERY_MS = 1_000;

export type RunReplayOptions = {
  readonly db: Kysely<Database>;
  readonly store: JobStore;
  readonly replayer: Replayer;
  /** Ends it, as when its process stops. */
  readonly stop: AbortSignal;
};

/** Replays a job's decisions in the order of the log and keeps what comes of it, until it is done or cancelled. */
export async function runReplay(job: ReplayJob, options: RunReplayOptions): Promise<ReplayJob> {
  const { db, store, replayer, stop } = options;
  const tally = new ReplayTally(job.order.kind);
  const others = {
    ...(job.engine === null ? {} : { engine: job.engine }),
    ...(job.order.policy === null ? {} : { policy: job.order.policy }),
  };
  const now = (state: ReplayJob["state"]): ReplayJob => {
    return { ...job, ...tally.counts, state, updatedAtMs: Date.now() };
  };
  let saidAtMs = performance.now();
  let sinceYield = 0;
  for await (const row of decisionsOf(db, job)) {
    if (stop.aborted) break;
    tally.add({ index: Number(row.idx), decisionId: row.decision_id ?? "" }, await replayer.run(row, others));
    sinceYield += 1;
    if (sinceYield < STRETCH_DECISIONS) continue;
    sinceYield = 0;
    await yieldToOthers();
    if (performance.now() < saidAtMs + SAY_EVERY_MS) continue;
    saidAtMs = performance.now();
    if (await store.update(now("running"))) return end(store, now("cancelled"));
  }
  return end(store, now(stop.aborted ? "cancelled" : "completed"));
}

async function end(store: JobStore, job: ReplayJob): Promise<ReplayJob> {
  await store.update(job);
  return job;
}

async function* decisionsOf(db: Kysely<Database>, { tenant, order, range }: ReplayJob): AsyncGenerator<LeafRow> {
  const { fromMs, toMs } = order;
  for (let from = range.fromIndex; from < range.toIndex;) {
    let query = selectLeaves(db, { tenant })
      .where("type", "=", "decision")
      .where("idx", ">=", String(from))
      .where("idx", "<", String(range.toIndex));
    if (fromMs !== null) query = query.where("at_ms", ">=", String(fromMs));
    if (toMs !== null) query = query.where("at_ms", "<", String(toMs));
    const rows = await query.orderBy("idx").limit(PAGE_DECISIONS).execute();
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_DECISIONS) return;
    from = Number(last.idx) + 1;
  }
}
