import {
  Digest,
  POLICY_FILES_MAX,
  POLICY_HISTORY_MAX,
  PolicyActivation,
  PolicyDocument,
  PolicyFile,
  PolicyProblem,
  PolicyRefusal,
  PolicyVersion,
  ReplayJob,
} from "@signalbox/proto";
import { z } from "zod";

/** The YAML or JSON files of a policy, which make one version together. */
export const PolicyFiles = z.strictObject({ files: z.array(PolicyFile).min(1).max(POLICY_FILES_MAX) });

/** Newest first. */
export const HistoryQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(POLICY_HISTORY_MAX).default(20),
});

const Time = { atMs: true } as const;
const at = z.iso.datetime();

export const PolicyHistory = z.strictObject({
  object: z.literal("list"),
  /**
   * Each activation, with the time from which it was in force. `document` is what decisions name, `version` what was
   * applied, `previous` the document before.
   */
  data: z.array(PolicyActivation.omit(Time).extend({ object: z.literal("policy-activation"), at })),
  /** Files that were refused, with the reasons. */
  refusals: z.array(PolicyRefusal.omit(Time).extend({ at })),
});
export type PolicyHistory = z.infer<typeof PolicyHistory>;

/** A policy as decisions name it, or a version as it was applied, which together with the configuration makes one. */
export const StoredPolicy = z.strictObject({
  object: z.enum(["policy", "policy-version"]),
  digest: Digest,
  document: z.union([PolicyDocument, PolicyVersion]),
});

export const PolicyCheck = z.strictObject({
  object: z.literal("policy-check"),
  /** Whether the files could be put in force. */
  valid: z.boolean(),
  /** What is wrong, by file and line, and what would be right; failing tests too. */
  problems: z.array(PolicyProblem),
  /** What is allowed and probably not meant. */
  warnings: z.array(z.string()),
  rules: z.int(),
  tests: z.int(),
  version: Digest.nullable(),
});

export const PolicyDiff = z.strictObject({
  ...PolicyFiles.shape,
  /** Decisions that were made in [from, to). */
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  /** Leaves [fromIndex, toIndex) of the register. */
  fromIndex: z.int().min(0).default(0),
  toIndex: z.int().min(0).nullish(),
});

/** The replay that compares: followed at `/v1/replays/{id}`, or by its events. */
export const PolicyDiffStarted = z.strictObject({
  object: z.literal("policy-diff"),
  policy: Digest.nullable(),
  replay: ReplayJob,
});

/** A version's or a document's digest, or its beginning; the version before the one in force unless it is given. */
export const PolicyRollback = z.strictObject({ to: z.string().min(4).max(71).optional() });

export const ActivePolicy = z.strictObject({
  object: z.literal("policy-activation"),
  /** False where it was in force already. */
  changed: z.boolean(),
  version: Digest.nullable(),
  document: Digest,
  warnings: z.array(z.string()),
});
