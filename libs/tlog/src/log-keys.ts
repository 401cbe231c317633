import type { KeyObject } from "node:crypto";
import { producerKeyId } from "./ed25519.ts";
import { parseVkey, type NoteVerifier } from "./note-key.ts";

const LOG_KEYS_MAX_BYTES = 1024 * 1024;

/** Who signs what a log holds: a producer's vkey bears the name of its service. */
export type Producer = { readonly service: string; readonly key: KeyObject };

/** From which leaf on a key of the log signs, and which leaf retired it; null: from the first one, and not yet. */
export type LogKeyTerm = {
  readonly vkey: string;
  readonly fromIndex: number | null;
  readonly retiredIndex: number | null;
};

/** The keys that a log names for itself at `/vkeys`. They help whoever trusts the log; they prove nothing to others. */
export type LogKeys = {
  readonly logs: readonly NoteVerifier[];
  /** By the key id of envelopes. */
  readonly producers: ReadonlyMap<string, Producer>;
};

/**
 * One line a key: `log <vkey>` for those that sign checkpoints, `producer <vkey>` for those that sign entries. A line
 * `log-term <vkey> <from> <retired>` says by leaves when a key of the log signs: checkpoints that cover the first, and
 * none that covers the second; `-` when there is no such leaf.
 */
export function formatLogKeys(keys: {
  readonly logs: readonly string[];
  readonly terms?: readonly LogKeyTerm[];
  readonly producers: readonly string[];
}): string {
  const lines = [
    ...keys.logs.map((vkey) => `log ${vkey}`),
    ...(keys.terms ?? []).map(({ vkey, fromIndex, retiredIndex }) => {
      return `log-term ${vkey} ${fromIndex ?? "-"} ${retiredIndex ?? "-"}`;
    }),
    ...keys.producers.map((vkey) => `producer ${vkey}`),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** Reads what `formatLogKeys` writes; lines of other kinds are left out, null when a key of these two cannot be read. */
export function parseLogKeys(text: string): LogKeys | null {
  if (text.length > LOG_KEYS_MAX_BYTES) return null;
  const logs: NoteVerifier[] = [];
  const producers = new Map<string, Producer>();
  for (const line of text.split("\n")) {
    const [kind, vkey = "", ...rest] = line.split(" ");
    if (kind !== "log" && kind !== "producer") continue;
    const parsed = parseVkey(vkey);
    if (!parsed.ok || rest.length > 0) return null;
    const { name, publicKey } = parsed.verifier;
    if (kind === "producer" && parsed.verifier.type !== "ed25519") return null;
    if (kind === "log") logs.push(parsed.verifier);
    else producers.set(producerKeyId(publicKey), { service: name, key: publicKey });
  }
  return { logs, producers };
}
