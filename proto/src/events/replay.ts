import { z } from "zod";
import { Count, Digest, TenantId, Uuid } from "../ids.ts";
import { systemEventHead } from "./event.ts";

/** Kept apart from `REPLAY_KINDS`, so that an event stays readable when its kind can no longer be ordered. */
const KINDS = ["verify", "diff", "evaluate"] as const;

/** `event.replay`, made by the ledger: the result of replaying a range of decisions. */
export const ReplayEvent = z.strictObject({
  schema: z.literal("signalbox.event.replay.v1"),
  ...systemEventHead,
  jobId: Uuid,
  kind: z.enum(KINDS),
  state: z.enum(["completed", "cancelled", "failed"]),
  /** Whose decisions; null: everyone's. */
  of: TenantId.nullable(),
  /** Leaves [fromIndex, toIndex), and the newest checkpoint when it began. */
  range: z.strictObject({ fromIndex: Count, toIndex: Count }),
  checkpoint: z.strictObject({ size: Count, root: z.string().max(64) }).nullable(),
  /** The documents used in place of those that the decisions name; null: theirs. */
  engine: Digest.nullable(),
  policy: Digest.nullable(),
  catalogue: Digest.nullable(),
  /** Absent: as it was recorded. */
  classifier: Digest.optional(),
  replayed: Count,
  identical: Count,
  different: Count,
  failed: Count,
  /** SHA-256 of the whole report's canonical JSON (RFC 8785), as `GET /v1/replays/{id}` gives it. */
  report: Digest,
});
export type ReplayEvent = z.infer<typeof ReplayEvent>;
