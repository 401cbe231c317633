import { decodeBase64, encodeBase64 } from "./base64.ts";
import { parseDecimal } from "./decimal.ts";
import { HASH_BYTES } from "./merkle-tree.ts";
import { isNoteName } from "./note-key.ts";

/** A statement that the log named `origin` has `size` leaves under this root (C2SP tlog-checkpoint). */
export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: Uint8Array };

type ParsedCheckpoint =
  | { readonly ok: true; readonly checkpoint: Checkpoint; readonly extensions: readonly string[] }
  | { readonly ok: false; readonly reason: "malformed" };

/**
 * The body that is signed: origin, decimal size and base64 root, a line each. Throws a TypeError for what cannot be
 * one.
 */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  const { origin, size, root } = checkpoint;
  const sound = isNoteName(origin) && Number.isSafeInteger(size) && size >= 0 && root.length === HASH_BYTES;
  if (!sound) throw new TypeError("not a checkpoint");
  return `${origin}\n${size}\n${encodeBase64(root)}\n`;
}

/**
 * Reads a checkpoint's body. Sizes beyond 2^53 - 1 are refused, as are roots that are not 32 bytes, leading zeroes and
 * empty lines; extension lines are returned as they stand.
 */
export function parseCheckpoint(body: string): ParsedCheckpoint {
  const malformed = { ok: false, reason: "malformed" } as const;
  if (!body.endsWith("\n")) return malformed;
  const lines = body.slice(0, -1).split("\n");
  const [origin = "", digits = "", rootText = "", ...extensions] = lines;
  const size = parseDecimal(digits);
  const root = decodeBase64(rootText);
  if (lines.includes("") || size === null || root?.length !== HASH_BYTES) return malformed;
  return { ok: true, checkpoint: { origin, size, root }, extensions };
}
