import { z } from "zod";
import { Count, Digest, Micro, TenantId, Uuid } from "../ids.ts";
import { NOT_RECLASSIFIED } from "../messages/reclassification.ts";
import { Catalogue } from "./catalogue.ts";
import { ClassifierDocument } from "./classifier-document.ts";
import { EvaluationOrder, EvaluationReport } from "./evaluation.ts";
import { PolicyDocument } from "./policy.ts";
import { ReplayDifference } from "./replay-difference.ts";

/**
 * verify: runs each decision again by the engine and documents that it names. diff: by others, to see what would change.
 * evaluate: estimates what another policy is worth, from recorded random choices and their outcomes.
 */
export const REPLAY_KINDS = ["verify", "diff", "evaluate"] as const;

/** How many decisions, failures, moves or groups a report lists at most; its counts cover all of them. */
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
  /** Of a diff and an evaluation, which run the present engine: the policy to decide by; null: the one each decision names. */
  policy: Digest.nullable(),
  /** The same for the catalogue, which holds the prices. Absent: the one that each decision names. */
  catalogue: Digest.optional(),
  /**
   * The same for the classifier's rules. Requests with retained content are classified again by them; all others count as
   * not replayed. Absent: the recorded classification.
   */
  classifier: Digest.optional(),
  /** Of an evaluation. */
  evaluation: EvaluationOrder.optional(),
});
export type ReplayOrder = z.infer<typeof ReplayOrder>;

/**
 * What a caller sends: an order, and documents that the register may not hold yet. It keeps them for ever, so only callers
 * who read across tenants may send any.
 */
export const ReplayRequest = ReplayOrder.extend({
  documents: z
    .strictObject({
      policy: PolicyDocument.optional(),
      catalogue: Catalogue.optional(),
      classifier: ClassifierDocument.optional(),
    })
    .optional(),
});
export type ReplayRequest = z.infer<typeof ReplayRequest>;

const Decided = z.strictObject({ index: Count, decisionId: Uuid });

/** Estimated cost of the replayed choices less that of the recorded ones, in pico-USD, over decisions with both. */
const CostDelta = z.string().regex(/^-?\d+$/);

/** What a diff found in one group of decisions: those of a tenant, of a task, or that asked for one model. */
export const ChangeGroup = z.strictObject({
  name: z.string(),
  decisions: Count,
  /** Decisions that differ in anything, even one figure; and those among them that go to another endpoint. */
  changed: Count,
  moved: Count.optional(),
  refusalsGained: Count,
  refusalsLost: Count,
  costDeltaPicoUsd: CostDelta,
  /** Changed decisions that the delta leaves out because one side has no known price. */
  withoutPrice: Count.optional(),
});
export type ChangeGroup = z.infer<typeof ChangeGroup>;
const ChangeGroups = z.array(ChangeGroup).max(REPLAY_LISTED_MAX);

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
  /** The documents that the decisions name, the first few of each kind; absent from verifications of earlier versions. */
  recordedBy: z
    .strictObject({ engine: z.array(Digest), policy: z.array(Digest), catalogue: z.array(Digest) })
    .optional(),
  /** Of a replay with another classifier. */
  reclassified: z
    .strictObject({
      /** The classifiers that the decisions name, the first few. */
      recordedBy: z.array(Digest),
      /** Requests that were classified again, and those of them that are classified otherwise. */
      made: Count,
      changed: Count,
      /** Those that were not, by the reason; all of them count as failed. */
      not: z.array(z.strictObject({ reason: z.enum(NOT_RECLASSIFIED), count: Count })),
    })
    .optional(),
  /** identical + different + failed = replayed. failed: could not be replayed, e.g. because a document is missing. */
  replayed: Count,
  identical: Count,
  different: Count,
  failed: Count,
  /** identical over replayed, in millionths, rounded down; null while nothing was replayed. */
  identicalShare: Micro.nullable(),
  /** failed over replayed, rounded up; absent from jobs of earlier versions. */
  failedShare: Micro.nullable().optional(),
  differing: z
    .array(
      Decided.extend({
        differences: z.array(ReplayDifference),
      }),
    )
    .max(REPLAY_LISTED_MAX),
  failures: z.array(Decided.extend({ error: z.string() })).max(REPLAY_LISTED_MAX),
  /** Of a diff. */
  changes: z
    .strictObject({
      /** Decisions that go elsewhere; absent, as `withoutPrice` is, from jobs of earlier versions. */
      moved: Count.optional(),
      refusalsGained: Count,
      refusalsLost: Count,
      costDeltaPicoUsd: CostDelta,
      /** Changed decisions that are not in the delta: one side has no known price. */
      withoutPrice: Count.optional(),
      /** Where decisions go instead, the most frequent first: an endpoint, `refused` or `cached`. */
      moves: z.array(z.strictObject({ from: z.string(), to: z.string(), count: Count })).max(REPLAY_LISTED_MAX),
      /** Those with the most changes first; absent from jobs of earlier versions. */
      byTenant: ChangeGroups.optional(),
      byTask: ChangeGroups.optional(),
      byModel: ChangeGroups.optional(),
    })
    .nullable(),
  /** Of an evaluation that has ended. */
  evaluation: EvaluationReport.optional(),
  createdAtMs: Count,
  /** Its last sign of life; once it has ended, when. */
  updatedAtMs: Count,
});
export type ReplayJob = z.infer<typeof ReplayJob>;
