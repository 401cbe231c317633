import type { KeyObject } from "node:crypto";
import { parseDecimal } from "./decimal.ts";
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

/** A term as it was read, with the key that its vkey is of. */
export type ReadLogKeyTerm = LogKeyTerm & { readonly verifier: NoteVerifier };

/**
 * The keys that a log names for itself at `/vkeys`. They help whoever trusts the log; they prove nothing to others, and
 * `checkLogKeys` holds them against what the log has signed.
 */
export type LogKeys = {
  readonly logs: readonly NoteVerifier[];
  /** Null of a log that tells none. */
  readonly terms: readonly ReadLogKeyTerm[] | null;
  /** By the key id of envelopes. */
  readonly producers: ReadonlyMap<string, Producer>;
  /** Lines of other kinds, which are not read. */
  readonly others: number;
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

/**
 * Reads what `formatLogKeys` writes; lines of other kinds are only counted. Null when a line of these three cannot be
 * read, or a key stands in two lines of one kind.
 */
export function parseLogKeys(text: string): LogKeys | null {
  if (text.length > LOG_KEYS_MAX_BYTES) return null;
  const [logs, terms] = [new Map<string, NoteVerifier>(), new Map<string, ReadLogKeyTerm>()];
  const producers = new Map<string, Producer>();
  const lines = text.split("\n").filter((line) => line !== "");
  let others = 0;
  for (const line of lines) {
    const [kind, vkey = "", ...rest] = line.split(" ");
    if (kind !== "log" && kind !== "log-term" && kind !== "producer") {
      others += 1;
      continue;
    }
    const parsed = parseVkey(vkey);
    if (!parsed.ok || rest.length !== (kind === "log-term" ? 2 : 0)) return null;
    const { verifier } = parsed;
    if (kind === "producer") {
      if (verifier.type !== "ed25519") return null;
      producers.set(producerKeyId(verifier.publicKey), { service: verifier.name, key: verifier.publicKey });
    } else if (kind === "log") logs.set(vkey, verifier);
    else {
      const [fromIndex, retiredIndex] = rest.map(indexOf);
      if (fromIndex === undefined || retiredIndex === undefined) return null;
      terms.set(vkey, { vkey, verifier, fromIndex, retiredIndex });
    }
  }
  if (logs.size + terms.size + producers.size + others !== lines.length) return null;
  return { logs: [...logs.values()], terms: terms.size === 0 ? null : [...terms.values()], producers, others };
}

/** Null for `-`, which names no leaf; undefined for what is no index. */
function indexOf(text: string): number | null | undefined {
  return text === "-" ? null : (parseDecimal(text) ?? undefined);
}
