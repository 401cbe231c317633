import { openCheckpoint, retiredAt, type KeyChange, type NoteVerifier } from "@signalbox/tlog";
import type { CheckpointRow } from "./register-rows.ts";

type Signing = {
  readonly origin: string;
  readonly verifiers: readonly NoteVerifier[];
  /** What the leaves that the checkpoint covers say of keys. */
  readonly changes: readonly KeyChange[];
};

/** What is wrong with a checkpoint's signed note, whatever the leaves are; null when nothing is. */
export function noteFault({ size, root, note }: CheckpointRow, { origin, verifiers, changes }: Signing): string | null {
  const name = `the checkpoint over ${size} leaves`;
  const opened = openCheckpoint(note, origin, verifiers);
  if (!opened.ok) return `${name} does not hold: ${opened.reason}`;
  const { checkpoint, signedBy } = opened;
  if (checkpoint.size !== Number(size) || !root.equals(checkpoint.root)) {
    return `${name} says something else than its row`;
  }
  const retired = retiredAt(signedBy, changes);
  return retired === null ? null : `${name} is signed by a key that leaf ${retired} retired`;
}
