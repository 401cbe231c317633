import { z } from "zod";
import { Digest } from "../ids.ts";
import { systemEventHead } from "./event.ts";

/**
 * `event.key`, made by the ledger: a key that signs in this log was registered, took its place beside an older one of
 * the same name, or was retired. No entry after a retirement is signed by the retired key.
 */
export const KeyEvent = z.strictObject({
  schema: z.literal("signalbox.event.key.v1"),
  ...systemEventHead,
  change: z.enum(["registered", "rotated", "retired"]),
  /** producer: it signs events. log: it signs checkpoints. */
  role: z.enum(["producer", "log"]),
  /** The service that the key belongs to, or the log's origin. */
  name: z.string().min(1).max(255),
  /** What envelopes call the key: half of the SHA-256 of its 32 bytes, in hex. */
  keyId: z.string().regex(/^[0-9a-f]{32}$/),
  /** Who changed it. */
  by: z.string().min(1).max(128),
  /** SHA-256 of the 32 bytes of the public key that the name had before, and of the one that it has now. */
  before: Digest.nullable(),
  after: Digest.nullable(),
  /** Of a rotated log key: a C2SP signed note that names the old and the new key and is signed by both. */
  statement: z.string().max(4_096).optional(),
});
export type KeyEvent = z.infer<typeof KeyEvent>;
