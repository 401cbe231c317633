import type { ReplayJob } from "@signalbox/proto";
import type { Kysely } from "kysely";
import type { Database } from "../database.ts";
import { selectLeaves, type LeafRow } from "../read/leaf-rows.ts";
import type { Replayer } from "../read/replayer.ts";
import type { JobStore } from "./job-store.ts";
import type { OtherDocuments } from "./replay-messages.ts";
import { ReplayTally } from "./replay-tally.ts";
import { rewardsOf } from "./rewards-of.ts";

const PAGE_DECISIONS = 256;
/** Sent to the replaying thread together. */
const BATCH_DECISIONS = 64;
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
  const { evaluation: asked } = job.order;
  const now = (state: ReplayJob["state"]): ReplayJob => {
    return { ...job, ...tally.counts, state, updatedAtMs: Date.now() };
  };
  let saidAtMs = performance.now();
  const others = othersOf(job);
  try {
    for await (const page of pagesOf(db, job)) {
      const rewards = asked === undefined ? null : await rewardsOf(db, page, asked.reward);
      for (let from = 0; from < page.length;) {
        if (stop.aborted) return await end(store, now("cancelled"));
        const sample = rewards === null ? {} : { sample: { name: job.id, rewards: rewards.slice(from) } };
        const results = await replayer.run(page.slice(from, from + BATCH_DECISIONS), { others, ...sample });
        for (const [at, result] of results.entries()) tally.add(page[from + at] as LeafRow, result);
        from += results.length;
        if (performance.now() < saidAtMs + SAY_EVERY_MS) continue;
        saidAtMs = performance.now();
        if (await store.update(now("running"))) return await end(store, now("cancelled"));
      }
    }
    const report = asked === undefined ? null : await replayer.report(job.id, asked);
    return await end(store, { ...now("completed"), ...(report === null ? {} : { evaluation: report }) });
  } finally {
    if (asked !== undefined) await replayer.report(job.id, null);
  }
}

function othersOf({ engine, order }: ReplayJob): OtherDocuments {
  return {
    ...(engine === null ? {} : { engine }),
    ...(order.policy === null ? {} : { policy: order.policy }),
    ...(order.catalogue === undefined ? {} : { catalogue: order.catalogue }),
  };
}

async function end(store: JobStore, job: ReplayJob): Promise<ReplayJob> {
  await store.update(job);
  return job;
}

async function* pagesOf(db: Kysely<Database>, { tenant, order, range }: ReplayJob): AsyncGenerator<LeafRow[]> {
  const { fromMs, toMs } = order;
  for (let from = range.fromIndex; from < range.toIndex;) {
    let query = selectLeaves(db, { tenant })
      .where("type", "=", "decision")
      .where("idx", ">=", String(from))
      .where("idx", "<", String(range.toIndex));
    if (fromMs !== null) query = query.where("at_ms", ">=", String(fromMs));
    if (toMs !== null) query = query.where("at_ms", "<", String(toMs));
    const rows = await query.orderBy("idx").limit(PAGE_DECISIONS).execute();
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_DECISIONS) return;
    from = Number(last.idx) + 1;
  }
}
