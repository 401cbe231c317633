import { z } from "zod";
import { Count, Digest, Micro, TenantId, Uuid } from "../ids.ts";

/** verify: each decision by the engine and documents that it names. diff: by others, to see what would change. */
export const REPLAY_KINDS = ["verify", "diff"] as const;

/** Of each sort, so many are listed one by one; the counts cover all. */
export const REPLAY_LISTED_MAX = 100;

/** What is to be replayed. */
export const ReplayOrder = z.strictObject({
  kind: z.enum(REPLAY_KINDS),
  /** Leaves [fromIndex, toIndex); null: to where the log ends when the job begins. */
  fromIndex: Count,
  toIndex: Count.nullable(),
  /** Only decisions that were made in [fromMs, toMs), Unix milliseconds. */
  fromMs: Count.nullable(),
  toMs: Count.nullable(),
  /** Of a diff: the policy to decide by; null: the one that each decision names. The engine is the one kept last. */
  policy: Digest.nullable(),
});
export type ReplayOrder = z.infer<typeof ReplayOrder>;

const Decided = z.strictObject({ index: Count, decisionId: Uuid });

/** A job that replays a range of decisions; kept with its result. */
export const ReplayJob = z.strictObject({
  schema: z.literal("signalbox.replay-job.v1"),
  id: Uuid,
  /** Whose decisions; null: everyone's. */
  tenant: TenantId.nullable(),
  order: ReplayOrder,
  state: z.enum(["running", "completed", "cancelled", "failed"]),
  /** Why it failed. */
  error: z.string().max(1024).nullable(),
  /** The range that is replayed, and the newest signed checkpoint when the job began. */
  range: z.strictObject({ fromIndex: Count, toIndex: Count }),
  checkpoint: z.strictObject({ size: Count, root: z.string() }).nullable(),
  /** Of a diff: the engine that decides; null: the one that each decision names. */
  engine: Digest.nullable(),
  /** identical + different + failed = replayed. failed: could not be replayed, e.g. because a document is missing. */
  replayed: Count,
  identical: Count,
  different: Count,
  failed: Count,
  /** identical over replayed, in millionths, rounded down; null while nothing was replayed. */
  identicalShare: Micro.nullable(),
  differing: z
    .array(
      Decided.extend({
        /** JSON Pointers into the decision; a side that is absent is absent here. */
        differences: z.array(
          z.strictObject({ path: z.string(), recorded: z.unknown().optional(), replayed: z.unknown().optional() }),
        ),
      }),
    )
    .max(REPLAY_LISTED_MAX),
  failures: z.array(Decided.extend({ error: z.string() })).max(REPLAY_LISTED_MAX),
  /** Of a diff. */
  changes: z
    .strictObject({
      refusalsGained: Count,
      refusalsLost: Count,
      /** Estimated cost of the replayed choices less that of the recorded ones, in pico-USD, over decisions with both. */
      costDeltaPicoUsd: z.string().regex(/^-?\d+$/),
      /** Where decisions go instead, the most frequent first: an endpoint, `refused` or `cached`. */
      moves: z.array(z.strictObject({ from: z.string(), to: z.string(), count: Count })).max(REPLAY_LISTED_MAX),
    })
    .nullable(),
  createdAtMs: Count,
  /** Its last sign of life; once it has ended, when. */
  updatedAtMs: Count,
});
export type ReplayJob = z.infer<typeof ReplayJob>;
