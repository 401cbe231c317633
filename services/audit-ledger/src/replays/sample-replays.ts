import { setImmediate as nextTurn } from "node:timers/promises";
import { repeatWork, type Logger } from "@signalbox/kit";
import type { Kysely } from "kysely";
import type { Database } from "../database.ts";
import { replaysTotal } from "../metrics.ts";
import { selectLeaves } from "../read/leaf-rows.ts";
import type { Replayer } from "./replayer.ts";

type SampleOptions = {
  readonly db: Kysely<Database>;
  readonly log: Logger;
  readonly replayer: Replayer;
  readonly everyMs: number;
  /** Decisions at a time. */
  readonly decisions: number;
  /** One instance of several is enough. */
  readonly isLeading: () => boolean;
};

/**
 * Replays decisions that are drawn from the whole log, again and again. One that does not come out as it was recorded
 * is an incident: somebody must look at it.
 */
export function sampleReplays(options: SampleOptions): AsyncDisposable {
  const { log, everyMs, isLeading } = options;
  const stop = new AbortController();
  const sampling = repeatWork({
    everyMs,
    work: async () => {
      if (isLeading()) await replaySample(options, stop.signal);
    },
    onFailure: (error) => log.warn({ err: error }, "no sample of decisions could be replayed"),
  });
  return {
    [Symbol.asyncDispose]() {
      stop.abort();
      return sampling[Symbol.asyncDispose]();
    },
  };
}

async function replaySample(options: SampleOptions, stop: AbortSignal): Promise<void> {
  const { db, log, replayer, decisions } = options;
  const head = await db.selectFrom("ledger_head").select("size").executeTakeFirstOrThrow();
  for (let n = 0; n < decisions && !stop.aborted; n += 1) {
    const from = Math.floor(Math.random() * Number(head.size));
    const row = await selectLeaves(db, { tenant: null })
      .where("type", "=", "decision")
      .where("idx", ">=", String(from))
      .orderBy("idx")
      .limit(1)
      .executeTakeFirst();
    if (row === undefined) continue;
    const replayed = await replayer.runOne(row.leaf);
    const result = replayed.ok ? (replayed.differences.length === 0 ? "identical" : "different") : "failed";
    replaysTotal.inc({ result });
    const about = { decisionId: row.decision_id, index: row.idx };
    if (!replayed.ok) log.warn({ ...about, reason: replayed.error }, "a recorded decision cannot be replayed");
    if (replayed.ok && replayed.differences.length > 0) {
      const paths = replayed.differences.map(({ path }) => path);
      log.error({ ...about, paths }, "a recorded decision does not come out as it was recorded");
    }
    // Appending goes on between two of them.
    await nextTurn();
  }
}
