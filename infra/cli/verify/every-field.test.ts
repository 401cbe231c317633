import { generateKeyPairSync } from "node:crypto";
import { formatVkey, parsePolicy, sha256Digest, type ReadPath } from "@signalbox/tlog";
import { expect, test } from "vitest";
import { recordedTerminal } from "../recorded-terminal.ts";
import { documentPath } from "./document-path.ts";
import { changedAt, type Files } from "./__fixtures__/foreign-shelf.ts";
import {
  FORMER_VKEY,
  LEDGER,
  ORIGIN,
  POLICY,
  RETIRED,
  ROTATED,
  rotatedRegister,
  RULES,
  VKEY,
} from "./__fixtures__/rotated-register.ts";
import { readManifest } from "./export-manifest.ts";
import { verifyCopy } from "./verify-copy.ts";

/*
 * Goal: whatever is changed in an export, `verify` finds it, or says that it could not look, or that it has not: 1, 2, or
 * the sentence under `unchecked`.
 */

const FILES = rotatedRegister();
const TRUSTED = policyOf(VKEY);

function policyOf(vkey: string): Parameters<typeof verifyCopy>[0]["policy"] {
  const parsed = parsePolicy(`log ${vkey}\nquorum none\n`);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.policy;
}

type Found = { readonly kind: string; readonly index?: number | null; readonly unchecked: readonly string[] };

async function verdictOn(files: Files, policy = TRUSTED): Promise<Found> {
  const read: ReadPath = async (path) => files.get(path) ?? null;
  const options = { since: undefined, producers: null, hashesOnly: false, replay: false };
  const terminal = recordedTerminal();
  const manifest = await readManifest(read).catch(() => undefined);
  if (manifest === undefined) return { kind: "unverifiable", unchecked: [] };
  const { verdict, unchecked } = await verifyCopy({ ...options, read, policy, terminal, manifest });
  return { ...verdict, unchecked };
}

test("the export is sound, and all that its vkeys say is as its leaves do", async () => {
  expect(await verdictOn(FILES)).toMatchObject({
    kind: "sound",
    keys: { proven: 5, unproven: [] },
    unchecked: ["export.json: that entries 0 to 8 were asked for"],
  });
});

test("B15 no bit of any file can be changed silently", async () => {
  const { unchecked: known } = await verdictOn(FILES);
  const silent: string[] = [];
  const kinds = new Map<string, Set<string>>();
  for (const [path, bytes] of FILES) {
    const step = path.startsWith("tile/entries") ? 5 : 1;
    for (let at = 0; at < bytes.length; at += step) {
      const { kind, unchecked } = await verdictOn(changedAt(FILES, path, at)[1]);
      const said = kind !== "sound" ? kind : String(unchecked) === String(known) ? "silent" : "unchecked";
      kinds.set(path, (kinds.get(path) ?? new Set()).add(said));
      if (said === "silent") silent.push(`${path} ${at}`);
    }
  }
  expect(silent).toEqual([]);
  expect(Object.fromEntries([...kinds].map(([path, said]) => [path, [...said].toSorted()]))).toEqual({
    "tile/entries/000.p/8": ["tampered"],
    "tile/0/000.p/8": ["tampered"],
    checkpoint: ["tampered", "unverifiable"],
    vkeys: ["tampered", "unverifiable"],
    "export.json": ["unchecked", "unverifiable"],
    [documentPath(sha256Digest(RULES))]: ["tampered"],
  });
});

const STRANGER = generateKeyPairSync("ed25519").publicKey;
const [POLICY_VKEY, LEDGER_VKEY] = [
  formatVkey("policy", POLICY.publicKey),
  formatVkey("audit-ledger", LEDGER.publicKey),
];

test.each<[field: string, from: string, to: string, expected: object]>([
  ["export.json schema", '"signalbox.export.v1"', '"signalbox.export.v2"', { kind: "unverifiable" }],
  ["export.json origin", `"origin":"${ORIGIN}"`, '"origin":"register.example/2"', { kind: "unverifiable" }],
  ["export.json size", '"size":8', '"size":9', { kind: "unverifiable" }],
  ["export.json to", '"to":8', '"to":7', { kind: "sound", unchecked: [expect.stringContaining("entries 0 to 7")] }],
  ["export.json to", '"to":8', '"to":0', { kind: "unverifiable" }],
  [
    "export.json from",
    '"from":0',
    '"from":1',
    { kind: "sound", unchecked: [expect.stringContaining("entries 1 to 8")] },
  ],
  ["vkeys log", `log ${VKEY}\n`, "", { kind: "tampered", index: null }],
  ["vkeys log", `log ${VKEY}\n`, `log ${formatVkey(ORIGIN, STRANGER)}\n`, { kind: "tampered", index: null }],
  ["vkeys log", `log ${VKEY}\n`, `log ${VKEY}\nlog ${FORMER_VKEY}\n`, { kind: "tampered", index: null }],
  ["vkeys log", `log ${VKEY}\n`, `log ${VKEY}\nlog ${VKEY}\n`, { kind: "unverifiable" }],
  ["vkeys log-term", `log-term ${FORMER_VKEY} - ${RETIRED}\n`, "", { kind: "tampered", index: 2 }],
  ["vkeys log-term", `log-term ${VKEY} ${ROTATED} -\n`, "", { kind: "tampered", index: null }],
  ["vkeys retired", ` - ${RETIRED}`, " - 5", { kind: "tampered", index: RETIRED }],
  ["vkeys retired", ` - ${RETIRED}`, " - -", { kind: "tampered" }],
  ["vkeys retired", `${ROTATED} -`, `${ROTATED} 7`, { kind: "tampered" }],
  ["vkeys from", ` ${ROTATED} -`, " 3 -", { kind: "tampered", index: ROTATED }],
  ["vkeys from", ` ${ROTATED} -`, " - -", { kind: "tampered", index: ROTATED }],
  ["vkeys from", ` - ${RETIRED}`, ` 0 ${RETIRED}`, { kind: "tampered", index: 0 }],
  ["vkeys from", ` ${ROTATED} -`, " 04 -", { kind: "unverifiable" }],
  ["vkeys producer", `producer ${POLICY_VKEY}\n`, "", { kind: "tampered", index: 3 }],
  [
    "vkeys producer",
    `producer ${POLICY_VKEY}\n`,
    `producer ${POLICY_VKEY}\nproducer ${formatVkey("ingress", STRANGER)}\n`,
    { kind: "sound", unchecked: [expect.anything(), `vkeys: producer ${formatVkey("ingress", STRANGER)}`] },
  ],
  ["vkeys producer's service", LEDGER_VKEY, formatVkey("policy", LEDGER.publicKey), { kind: "tampered", index: 0 }],
  ["vkeys kind", "producer ", "prodigal ", { kind: "tampered", index: 0 }],
])("%s, changed in the way %#", async (field, ...[from, to, expected]) => {
  const [path = ""] = field.split(" ");
  const text = String(FILES.get(path));
  expect(text).toContain(from);
  const changed = new Map(FILES).set(path, Buffer.from(text.replace(from, to)));
  expect(await verdictOn(changed)).toMatchObject(expected);
});
