import type { Bus, Logger } from "@signalbox/kit";
import type { ReplayJob } from "@signalbox/proto";
import type { Kysely } from "kysely";
import type { Database } from "../database.ts";
import type { Replayer, ReplayPage } from "../read/replayer.ts";
import type { DecisionRow } from "./copied-rows.ts";
import type { DecisionPages } from "./decision-pages.ts";
import type { JobStore } from "./job-store.ts";
import { Reclassifier, type Reclassified } from "./reclassifier.ts";
import { givenClassification, ReclassifyTally } from "./reclassify-tally.ts";
import type { OtherDocuments } from "./replay-messages.ts";
import { ReplayTally } from "./replay-tally.ts";
import { rewardsOf } from "./rewards-of.ts";

const SAY_EVERY_MS = 1_000;

export type RunReplayOptions = {
  readonly db: Kysely<Database>;
  readonly store: JobStore;
  readonly replayer: Replayer;
  readonly decisions: DecisionPages;
  readonly bus: Bus;
  readonly log: Logger;
  /** Ends it, as when its process stops. */
  readonly stop: AbortSignal;
};

/** Replays a job's decisions in the order of the log and keeps what comes of it, until it is done or cancelled. */
export async function runReplay(job: ReplayJob, options: RunReplayOptions): Promise<ReplayJob> {
  const { store, replayer, stop } = options;
  const tally = new ReplayTally(job.order.kind);
  const again = job.order.classifier === undefined ? null : new ReclassifyTally();
  const { evaluation: asked } = job.order;
  const now = (state: ReplayJob["state"]): ReplayJob => {
    const reclassified = again === null ? {} : { reclassified: again.counts };
    return { ...job, ...tally.counts, ...reclassified, state, updatedAtMs: Date.now() };
  };
  let saidAtMs = performance.now();
  const sample = asked === undefined ? {} : { sample: job.id };
  const wishes = { others: othersOf(job), describes: job.order.kind !== "verify", ...sample };
  try {
    for await (const results of replayer.run(pagesOf(job, options), wishes)) {
      for (const [row, result] of results) {
        tally.add(row, result);
        if (row.reclassified !== undefined) again?.add(row.reclassified);
      }
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

type Row = DecisionRow & { readonly reclassified?: Reclassified };

async function* pagesOf(
  job: ReplayJob,
  { db, bus, log, decisions }: RunReplayOptions,
): AsyncGenerator<ReplayPage<Row>> {
  const { tenant, order, range } = job;
  const { fromMs, toMs, evaluation, classifier } = order;
  const reclassifier = classifier === undefined ? null : new Reclassifier(classifier, { bus, log });
  for await (const rows of decisions.read({ tenant, ...range, fromMs, toMs })) {
    const rewards = evaluation === undefined ? {} : { rewards: await rewardsOf(db, rows, evaluation.reward) };
    if (reclassifier === null) yield { rows, ...rewards };
    else yield { ...(await classifyAgain(rows, reclassifier)), ...rewards };
  }
}

async function classifyAgain(rows: readonly DecisionRow[], reclassifier: Reclassifier): Promise<ReplayPage<Row>> {
  const all = await reclassifier.classify(rows);
  return {
    rows: rows.map((row, at) => ({ ...row, reclassified: all[at] as Reclassified })),
    classifications: all.map(givenClassification),
  };
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
