import { sha256Digest } from "./digest.ts";
import { producerKeyId, rawPublicKey } from "./ed25519.ts";
import { tampered, type Fault } from "./fault.ts";
import type { KeyChange } from "./key-change.ts";
import type { LogKeys, ReadLogKeyTerm } from "./log-keys.ts";
import { equalBytes } from "./merkle-tree.ts";
import { formatVkey, type NoteVerifier } from "./note-key.ts";

/** What is known of a log from its checkpoint and its entries. */
type SaidOfKeys = {
  readonly origin: string;
  /** The leaves that the checkpoint covers. */
  readonly size: number;
  /** Those of the policy's keys that signed the checkpoint. */
  readonly signedBy: readonly NoteVerifier[];
  /** What entries say of keys, in their order. */
  readonly changes: readonly KeyChange[];
  /** Whether the entry at an index was read. */
  readonly wasRead: (index: number) => boolean;
  /** Whether all entries were read. */
  readonly isWhole: boolean;
};

/** What became of the keys that a log names for itself, a line of `/vkeys` each. */
export type CheckedLogKeys = {
  /** How many lines are as the log's leaves say, or as the policy does. */
  readonly proven: number;
  /** The lines of which nothing that was read says whether they are true. */
  readonly unproven: readonly string[];
};

const UNPROVEN_LISTED_MAX = 100;

/**
 * Holds the keys that a log names for itself against what it has signed. No signature is over `/vkeys`, but leaves say
 * which keys were registered, rotated and retired, and at which index.
 */
export function checkLogKeys(keys: LogKeys, said: SaidOfKeys): Fault | CheckedLogKeys {
  const check = new KeyCheck(keys, said);
  const fault = check.run();
  if (fault !== null) return fault;
  const { proven, unproven } = check;
  return { proven, unproven: unproven.slice(0, UNPROVEN_LISTED_MAX) };
}

class KeyCheck {
  proven = 0;
  readonly unproven: string[] = [];
  readonly #keys: LogKeys;
  readonly #said: SaidOfKeys;

  constructor(keys: LogKeys, said: SaidOfKeys) {
    this.#keys = keys;
    this.#said = said;
    if (keys.others > 0) this.unproven.push(`${keys.others} of another kind`);
  }

  run(): Fault | null {
    const { logs, terms, producers } = this.#keys;
    for (const verifier of logs) {
      const fault = this.#checkLog(verifier);
      if (fault !== null) return fault;
    }
    for (const term of terms ?? []) {
      const fault = this.#checkTerm(term);
      if (fault !== null) return fault;
    }
    for (const [keyId, { service, key }] of producers) {
      const fault = this.#checkProducer(keyId, { vkey: formatVkey(service, key), service });
      if (fault !== null) return fault;
    }
    return this.#leftOut();
  }

  /** A key that signs now: what its term says of it is checked there. */
  #checkLog(verifier: NoteVerifier): Fault | null {
    const { terms } = this.#keys;
    const fault = this.#ownershipFault(verifier);
    if (fault !== null) return fault;
    const term = terms?.find((one) => isSameKey(one.verifier, verifier));
    if (terms !== null && term?.retiredIndex !== null) {
      return lie(null, `names ${nameOf(verifier)} as a key that signs, and its term does not`);
    }
    this.#count(this.#isKnown(verifier), `log ${nameOf(verifier)}`);
    return null;
  }

  #checkTerm({ verifier, fromIndex, retiredIndex }: ReadLogKeyTerm): Fault | null {
    const { logs } = this.#keys;
    const fault = this.#ownershipFault(verifier);
    if (fault !== null) return fault;
    if (retiredIndex === null && !logs.some((one) => isSameKey(one, verifier))) {
      return lie(null, `says that ${nameOf(verifier)} signs, and does not name it as one that does`);
    }
    const from = this.#checkIndex(verifier, { said: fromIndex, change: "rotated" });
    const to = this.#checkIndex(verifier, { said: retiredIndex, change: "retired" });
    if (typeof from === "object") return from;
    if (typeof to === "object") return to;
    this.#count(from && to && this.#isKnown(verifier), `log-term ${nameOf(verifier)}`);
    return null;
  }

  /**
   * Whether the leaf that the line names says so, or no leaf does where it names none; a fault when leaves say
   * otherwise.
   */
  #checkIndex(
    verifier: NoteVerifier,
    { said, change }: { said: number | null; change: "rotated" | "retired" },
  ): boolean | Fault {
    const { size, wasRead, isWhole } = this.#said;
    const leaf = this.#changesOf("log", keyIdOf(verifier)).find((one) => one.change === change)?.index ?? null;
    if (said === leaf) return said !== null || isWhole;
    const what = `${nameOf(verifier)} was ${change}`;
    if (said === null) return lie(leaf, `leaves out that ${what}`);
    if (leaf !== null) return lie(leaf, `says that ${what} at leaf ${said}`);
    if (said >= size || !wasRead(said)) return false;
    return lie(said, `says that ${what} there`);
  }

  #checkProducer(keyId: string, { vkey, service }: { vkey: string; service: string }): Fault | null {
    const added = this.#changesOf("producer", keyId).find(({ change }) => change !== "retired");
    if (added !== undefined && added.name !== service) {
      return lie(added.index, `names the key ${keyId} as one of ${service}, and it is one of ${added.name}`);
    }
    this.#count(added !== undefined, `producer ${vkey}`);
    return null;
  }

  /** A key that a leaf registers or rotates in, and that no line names. */
  #leftOut(): Fault | null {
    const { terms, producers } = this.#keys;
    const { changes, origin } = this.#said;
    const logKeys = terms?.map(({ verifier }) => keyIdOf(verifier));
    const missing = changes.find(({ role, name, keyId }) => {
      return role === "producer" ? !producers.has(keyId) : name === origin && logKeys?.includes(keyId) === false;
    });
    return missing === undefined ? null : lie(missing.index, `leaves out the key ${missing.keyId} of ${missing.name}`);
  }

  /** In a log of which every entry was read there is no key of its own that neither they nor the policy know. */
  #ownershipFault(verifier: NoteVerifier): Fault | null {
    const { origin, isWhole } = this.#said;
    if (verifier.name !== origin) return lie(null, `names ${nameOf(verifier)}, a key of another log than ${origin}`);
    const isLater = this.#keys.terms?.some((one) => {
      return isSameKey(one.verifier, verifier) && (one.fromIndex ?? 0) >= this.#said.size;
    });
    if (!isWhole || isLater === true || this.#isKnown(verifier)) return null;
    return lie(null, `names ${nameOf(verifier)}, which neither a leaf nor the checkpoint knows as a key of the log`);
  }

  #isKnown(verifier: NoteVerifier): boolean {
    if (this.#said.signedBy.some((one) => isSameKey(one, verifier))) return true;
    if (verifier.type !== "ed25519") return false;
    const digest = sha256Digest(rawPublicKey(verifier.publicKey));
    return this.#changesOf("log", keyIdOf(verifier)).some(({ after }) => after === digest);
  }

  #changesOf(role: KeyChange["role"], keyId: string): readonly KeyChange[] {
    return this.#said.changes.filter((one) => one.role === role && one.keyId === keyId);
  }

  #count(isProven: boolean, line: string): void {
    if (isProven) this.proven += 1;
    else this.unproven.push(line);
  }
}

function lie(index: number | null, what: string): Fault {
  return tampered(index, `vkeys ${what}`);
}

/** Keys of our own logs are Ed25519; no entry speaks of others. */
function keyIdOf({ type, publicKey }: NoteVerifier): string {
  return type === "ed25519" ? producerKeyId(publicKey) : "";
}

/** The parts of a vkey that a reader tells keys apart by. */
function nameOf({ name, keyId }: NoteVerifier): string {
  return `${name}+${Buffer.from(keyId).toString("hex")}`;
}

function isSameKey(one: NoteVerifier, other: NoteVerifier): boolean {
  return (
    one.name === other.name &&
    one.type === other.type &&
    equalBytes(one.keyId, other.keyId) &&
    one.publicKey.equals(other.publicKey)
  );
}
