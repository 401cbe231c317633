import { producerKeyId, publicKeyFromRaw, sha256Digest, type KeyChange } from "@signalbox/tlog";
import type { Findings } from "./finding.ts";
import type { KeyRow } from "./register-rows.ts";

const NAMED_MAX = 5;

/**
 * Holds the tables of keys against the leaves that register, rotate and retire them. Returns which keys stand there that
 * no leaf names, and so nobody vouches for; null when there is none. A change that no leaf says yet is no fault: the
 * ledger says it within seconds of running.
 */
export function checkKeys(rows: readonly KeyRow[], changes: readonly KeyChange[], findings: Findings): string | null {
  const byId = new Map(rows.map((row) => [`${row.role} ${row.key_id}`, row]));
  for (const change of changes) {
    const fault = changeFault(change, byId.get(`${change.role} ${change.keyId}`));
    if (fault !== null) findings.add("keys", change.index, fault);
  }
  for (const { key_id: keyId, public_key: raw } of rows) {
    if (producerKeyId(publicKeyFromRaw(raw)) !== keyId) findings.add("keys", null, `the key ${keyId} is another one`);
  }
  const named = new Set(changes.map(({ role, keyId }) => `${role} ${keyId}`));
  return unnamed(rows.filter(({ role, key_id: keyId }) => !named.has(`${role} ${keyId}`)));
}

function changeFault({ change, name, keyId, after }: KeyChange, row: KeyRow | undefined): string | null {
  if (row === undefined) return `the key ${keyId} of ${name} that it speaks of is not kept`;
  if (row.name !== name) return `the key ${keyId} of ${name} is kept as one of another name`;
  if (after !== null && sha256Digest(row.public_key) !== after) return `the key ${keyId} of ${name} is kept as another`;
  return change === "retired" && row.retired_by === null
    ? `the key ${keyId} of ${name}, which it retires, is kept as one that holds`
    : null;
}

function unnamed(rows: readonly KeyRow[]): string | null {
  if (rows.length === 0) return null;
  const names = rows.slice(0, NAMED_MAX).map(({ role, name, key_id: keyId }) => `${role} ${name} ${keyId}`);
  const more = rows.length - names.length;
  return `keys that no leaf names: ${names.join(", ")}${more === 0 ? "" : `, and ${more} more`}`;
}
