import { z } from "zod";
import { Count, Digest, TenantId, Uuid } from "../ids.ts";
import { systemEventHead } from "./event.ts";

/** The kinds stand here apart from those that can be ordered: what was recorded stays readable. */
const KINDS = ["verify", "diff", "evaluate"] as const;

/** `event.replay`, made by the ledger: a range of decisions was replayed, and this came of it. */
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
  /** What it was decided by in place of what the decisions name; null: by that. */
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
