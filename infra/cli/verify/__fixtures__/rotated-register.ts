import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { PAYLOAD_TYPES } from "@signalbox/proto";
import {
  formatLogKeys,
  formatVkey,
  producerKeyId,
  rawPublicKey,
  sha256Digest,
  signEvents,
  signLogKeyRotation,
  type LogKeyTerm,
} from "@signalbox/tlog";
import { documentPath } from "../document-path.ts";
import { ED25519, foreignLog } from "./foreign-log.ts";
import type { Files } from "./foreign-shelf.ts";

export const ORIGIN = "register.example/log";

type Keys = { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
const keys = (): Keys => generateKeyPairSync("ed25519");

/** The log's first key, the one that took its place, and those of two services. */
export const [FORMER, LOG, POLICY, LEDGER] = [keys(), keys(), keys(), keys()];
export const VKEY = formatVkey(ORIGIN, LOG.publicKey);
export const FORMER_VKEY = formatVkey(ORIGIN, FORMER.publicKey);
export const RULES = "rules of a policy";
export const [ROTATED, RETIRED] = [4, 6];

/** Of the first three leaves each registers a key. */
const EVENTS: readonly { type: keyof typeof PAYLOAD_TYPES; by: Keys; event: object }[] = [
  { type: "key", by: LEDGER, event: said("registered", { role: "producer", name: "audit-ledger", key: LEDGER }) },
  { type: "key", by: LEDGER, event: said("registered", { role: "producer", name: "policy", key: POLICY }) },
  { type: "key", by: LEDGER, event: said("registered", { role: "log", name: ORIGIN, key: FORMER }) },
  { type: "decision", by: POLICY, event: decision(1) },
  {
    type: "key",
    by: LEDGER,
    event: {
      ...said("rotated", { role: "log", name: ORIGIN, key: LOG }),
      statement: signLogKeyRotation(ORIGIN, { from: FORMER.privateKey, to: LOG.privateKey }),
    },
  },
  { type: "decision", by: POLICY, event: decision(2) },
  { type: "key", by: LEDGER, event: { ...said("retired", { role: "log", name: ORIGIN, key: FORMER }), after: null } },
  { type: "decision", by: POLICY, event: decision(3) },
];

function said(change: string, { role, name, key }: { role: string; name: string; key: Keys }): object {
  const after = sha256Digest(rawPublicKey(key.publicKey));
  return { eventId: `${change} ${name}`, change, role, name, keyId: producerKeyId(key.publicKey), after };
}

function decision(n: number): object {
  const input = { documents: { policy: sha256Digest(RULES) } };
  return { eventId: `decided ${n}`, requestId: `request ${n}`, decisionId: `decision ${n}`, input };
}

const ENTRIES: readonly Buffer[] = EVENTS.flatMap(({ type, by, event }) => {
  const payload = Buffer.from(JSON.stringify(event));
  const signer = { keyId: producerKeyId(by.publicKey), privateKey: by.privateKey };
  return signEvents([{ payloadType: PAYLOAD_TYPES[type], payload }], signer);
});

const TERMS: readonly LogKeyTerm[] = [
  { vkey: FORMER_VKEY, fromIndex: null, retiredIndex: RETIRED },
  { vkey: VKEY, fromIndex: ROTATED, retiredIndex: null },
];
const PRODUCERS = [formatVkey("audit-ledger", LEDGER.publicKey), formatVkey("policy", POLICY.publicKey)];

/** An export of a register whose log was given another key. */
export function rotatedRegister(): Files {
  const size = ENTRIES.length;
  const manifest = { schema: "signalbox.export.v1", origin: ORIGIN, size, from: 0, to: size };
  return foreignLog(ENTRIES, [{ name: ORIGIN, type: ED25519, ...LOG }])
    .set("vkeys", Buffer.from(formatLogKeys({ logs: [VKEY], terms: TERMS, producers: PRODUCERS })))
    .set("export.json", Buffer.from(JSON.stringify(manifest)))
    .set(documentPath(sha256Digest(RULES)), Buffer.from(RULES));
}
