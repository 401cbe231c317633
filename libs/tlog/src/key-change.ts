/** What an entry of the register says of a key, when the entry's form has been checked. */
export type KeyChange = {
  /** The leaf that says so. */
  readonly index: number;
  readonly change: "registered" | "rotated" | "retired";
  /** producer: it signs entries. log: it signs checkpoints. */
  readonly role: "producer" | "log";
  /** The service that it is of, or the log's origin. */
  readonly name: string;
  /** `producerKeyId` of the key. */
  readonly keyId: string;
  /** The digest of the key's 32 bytes; null of a retirement. */
  readonly after: string | null;
};

const CHANGES: ReadonlySet<unknown> = new Set<KeyChange["change"]>(["registered", "rotated", "retired"]);
const ROLES: ReadonlySet<unknown> = new Set<KeyChange["role"]>(["producer", "log"]);
const KEY_ID = /^[0-9a-f]{32}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const NAME_MAX = 255;

/** Reads a `key` event; null when it is not of that form. */
export function readKeyChange(index: number, event: Record<string, unknown>): KeyChange | null {
  const { change, role, name, keyId, after = null } = event;
  if (!CHANGES.has(change) || !ROLES.has(role)) return null;
  if (typeof name !== "string" || name.length > NAME_MAX || typeof keyId !== "string" || !KEY_ID.test(keyId)) {
    return null;
  }
  if (after !== null && (typeof after !== "string" || !DIGEST.test(after))) return null;
  return { index, change: change as KeyChange["change"], role: role as KeyChange["role"], name, keyId, after };
}
