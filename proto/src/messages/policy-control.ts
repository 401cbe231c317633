import { z } from "zod";
import { Count, Digest } from "../ids.ts";

/** A file of a policy; problems refer to it by its name. */
export const PolicyFile = z.strictObject({ name: z.string().min(1).max(256), text: z.string() });
export type PolicyFile = z.infer<typeof PolicyFile>;

/** All files of a policy together, so that a command fits a message. */
export const POLICY_FILES_MAX_BYTES = 524_288;

const Actor = z.string().min(1).max(128);

/** The most files in one policy. */
export const POLICY_FILES_MAX = 256;
const Files = z.array(PolicyFile).min(1).max(POLICY_FILES_MAX);

/** The most activations, and the most refusals, in one answer. */
export const POLICY_HISTORY_MAX = 500;

/** Sent on POLICY_CONTROL_SUBJECT. */
export const PolicyCommand = z.discriminatedUnion("kind", [
  /** Answers as `apply` would, and changes nothing. */
  z.strictObject({ kind: z.literal("check"), files: Files }),
  z.strictObject({ kind: z.literal("apply"), files: Files, actor: Actor }),
  /** `to`: a version's digest or its beginning; null: the version before the one in force. */
  z.strictObject({ kind: z.literal("rollback"), to: z.string().min(4).max(71).nullable(), actor: Actor }),
  z.strictObject({ kind: z.literal("history"), limit: z.int().min(1).max(POLICY_HISTORY_MAX) }),
  z.strictObject({ kind: z.literal("show") }),
  /** One kept policy, or one version of what was applied, by its whole digest. */
  z.strictObject({ kind: z.literal("read"), digest: Digest }),
]);
export type PolicyCommand = z.infer<typeof PolicyCommand>;

/** A fault in a policy's files; `text` says what is wrong and what would be right. */
export const PolicyProblem = z.strictObject({ file: z.string(), line: z.int().min(1), text: z.string() });
export type PolicyProblem = z.infer<typeof PolicyProblem>;

/** How the policy in force came to be. `version` is null while only the configuration says something. */
export const PolicyActivation = z.strictObject({
  seq: z.int().min(1),
  atMs: Count,
  /** apply and rollback: an operator; base: the configuration has changed beneath the version. */
  action: z.enum(["apply", "rollback", "base"]),
  actor: z.string().max(128),
  version: Digest.nullable(),
  /** What decisions name from then on, and what they named before. */
  document: Digest,
  previous: Digest,
});
export type PolicyActivation = z.infer<typeof PolicyActivation>;

/** A set of files that was not put in force. */
export const PolicyRefusal = z.strictObject({
  atMs: Count,
  actor: z.string().max(128),
  problems: z.array(PolicyProblem),
});
export type PolicyRefusal = z.infer<typeof PolicyRefusal>;

export const PolicyAnswer = z.discriminatedUnion("kind", [
  /** `document` is the canonical JSON of what would be in force, over the configuration; null where there are problems. */
  z.strictObject({
    kind: z.literal("checked"),
    problems: z.array(PolicyProblem),
    warnings: z.array(z.string()),
    rules: Count,
    tests: Count,
    version: Digest.nullable(),
    document: z.string().nullable(),
  }),
  /** `changed` is false when it was in force already. */
  z.strictObject({
    kind: z.literal("activated"),
    changed: z.boolean(),
    version: Digest.nullable(),
    document: Digest,
    warnings: z.array(z.string()),
  }),
  z.strictObject({ kind: z.literal("refused"), problems: z.array(PolicyProblem) }),
  z.strictObject({
    kind: z.literal("history"),
    activations: z.array(PolicyActivation),
    refusals: z.array(PolicyRefusal),
  }),
  /** The canonical JSON of the document in force, and of what the configuration alone would make. */
  z.strictObject({ kind: z.literal("shown"), digest: Digest, document: z.string(), base: z.string() }),
  z.strictObject({ kind: z.literal("read"), of: z.enum(["policy", "policy-version"]), document: z.string() }),
  /** Without a code the fault is the service's own. */
  z.strictObject({
    kind: z.literal("failed"),
    message: z.string(),
    code: z.enum(["not-found", "unprocessable"]).optional(),
  }),
]);
export type PolicyAnswer = z.infer<typeof PolicyAnswer>;

/** Sent on POLICY_NOTICE_SUBJECT. */
export const PolicyNotice = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("activated"), activation: PolicyActivation }),
  z.strictObject({ kind: z.literal("refused"), refusal: PolicyRefusal }),
]);
export type PolicyNotice = z.infer<typeof PolicyNotice>;
