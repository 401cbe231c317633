import { producerKeyId } from "./ed25519.ts";
import type { KeyChange } from "./key-change.ts";
import type { NoteVerifier } from "./note-key.ts";

/**
 * The leaf that retired the last of the log's keys that signed a checkpoint; null when one of them still holds.
 * `changes` are what the leaves say that the checkpoint covers: a key signs until one covers its retirement.
 */
export function retiredAt(keys: readonly NoteVerifier[], changes: readonly KeyChange[]): number | null {
  const retirements = keys.map(({ type, publicKey }) => {
    // Only keys of our own logs are retired by leaves, and these are Ed25519.
    const keyId = type === "ed25519" ? producerKeyId(publicKey) : null;
    return changes.findLast((one) => one.role === "log" && one.change === "retired" && one.keyId === keyId)?.index;
  });
  return retirements.includes(undefined) ? null : Math.max(...(retirements as number[]));
}
