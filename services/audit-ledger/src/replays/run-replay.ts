import type { Bus, Logger } from "@signalbox/kit";
import type { ReplayJob } from "@signalbox/proto";
import type { Kysely } from "kysely";
import type { Database } from "../database.ts";
import type { Replayer, ReplayPage } from "./replayer.ts";
import type { DecisionRow } from "./copied-rows.ts";
import type { DecisionPages } from "./decision-pages.ts";
import { LEDGER_STOPPED, type JobStore } from "./job-store.ts";
import { Reclassifier, type Reclassified } from "./reclassifier.ts";
import { givenClassification, ReclassifyTally } from "./reclassify-tally.ts";
import { ReplayLife, type EndReason } from "./replay-life.ts";
import type { OtherDocuments } from "./replay-messages.ts";
import { ReplayTally } from "./replay-tally.ts";
import { rewardsOf } from "./rewards-of.ts";

const SAY_EVERY_MS = 1_000;

type RunReplayOptions = {
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
  const { store, replayer } = options;
  const tally = new ReplayTally(job.order.kind);
  const again = job.order.classifier === undefined ? null : new ReclassifyTally();
  const { evaluation: asked } = job.order;
  const now = (state: ReplayJob["state"]): ReplayJob => {
    const reclassified = again === null ? {} : { reclassified: again.counts };
    return { ...job, ...tally.counts, ...reclassified, state, updatedAtMs: Date.now() };
  };
  const ended = (reason: EndReason): ReplayJob =>
    reason === "cancelled" ? now("cancelled") : { ...now("failed"), error: LEDGER_STOPPED };
  await using life = new ReplayLife(job.id, options);
  let saidAtMs = performance.now();
  const sample = asked === undefined ? {} : { sample: job.id };
  const replayOptions = { others: othersOf(job), describes: job.order.kind !== "verify", ...sample };
  try {
    for await (const results of replayer.run(pagesOf(job, { ...options, over: life.over }), replayOptions)) {
      for (const [row, result] of results) {
        tally.add(row, result);
        if (row.reclassified !== undefined) again?.add(row.reclassified);
      }
      if (performance.now() >= saidAtMs + SAY_EVERY_MS) {
        saidAtMs = performance.now();
        life.heed(await store.update(now("running")));
      }
      if (life.endReason !== null) break;
    }
    if (life.endReason !== null) return await end(store, ended(life.endReason));
    const report = asked === undefined ? null : await replayer.report(job.id, asked);
    return await end(store, { ...now("completed"), ...(report === null ? {} : { evaluation: report }) });
  } finally {
    if (asked !== undefined) await replayer.report(job.id, null);
  }
}

type Row = DecisionRow & { readonly reclassified?: Reclassified };

async function* pagesOf(
  job: ReplayJob,
  { db, bus, log, decisions, over }: RunReplayOptions & { readonly over: AbortSignal },
): AsyncGenerator<ReplayPage<Row>> {
  const { tenant, order, range } = job;
  const { fromMs, toMs, evaluation, classifier } = order;
  const reclassifier = classifier === undefined ? null : new Reclassifier(classifier, { bus, log, over });
  // Outcomes that came after the job had begun are not looked at, so that another run over the same leaves finds the
  // same.
  const below = Math.max(range.toIndex, job.checkpoint?.size ?? 0);
  for await (const rows of decisions.read({ tenant, ...range, fromMs, toMs })) {
    const rewards =
      evaluation === undefined ? {} : { rewards: await rewardsOf(db, rows, { reward: evaluation.reward, below }) };
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
