import type { ReplayJob } from "@signalbox/proto";
import type { Kysely } from "kysely";
import type { Database } from "../database.ts";
import type { Replayer, ReplayPage } from "../read/replayer.ts";
import { decisionPages, type DecisionRow } from "./decision-pages.ts";
import type { JobStore } from "./job-store.ts";
import type { OtherDocuments } from "./replay-messages.ts";
import { ReplayTally } from "./replay-tally.ts";
import { rewardsOf } from "./rewards-of.ts";

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
  const sample = asked === undefined ? {} : { sample: job.id };
  const wishes = { others: othersOf(job), describes: job.order.kind !== "verify", ...sample };
  try {
    for await (const results of replayer.run(pagesOf(db, job), wishes)) {
      for (const [row, result] of results) tally.add(row, result);
      if (stop.aborted) return await end(store, now("cancelled"));
      if (performance.now() < saidAtMs + SAY_EVERY_MS) continue;
      saidAtMs = performance.now();
      if (await store.update(now("running"))) return await end(store, now("cancelled"));
    }
    const report = asked === undefined ? null : await replayer.report(job.id, asked);
    return await end(store, { ...now("completed"), ...(report === null ? {} : { evaluation: report }) });
  } finally {
    if (asked !== undefined) await replayer.report(job.id, null);
  }
}

async function* pagesOf(
  db: Kysely<Database>,
  { tenant, order, range }: ReplayJob,
): AsyncGenerator<ReplayPage<DecisionRow>> {
  const { fromMs, toMs, evaluation } = order;
  for await (const rows of decisionPages(db, { tenant, ...range, fromMs, toMs })) {
    yield evaluation === undefined ? { rows } : { rows, rewards: await rewardsOf(db, rows, evaluation.reward) };
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
