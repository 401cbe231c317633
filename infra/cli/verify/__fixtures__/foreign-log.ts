import { hash, sign, type KeyObject } from "node:crypto";

/*
 * A log as another implementation writes it: made from the texts of RFC 6962 and of C2SP's signed-note, tlog-checkpoint,
 * tlog-tiles, tlog-cosignature, tlog-witness and tlog-proof, and from nothing that the verifier is made of.
 */

/** The type bytes of signed-note. */
export const ED25519 = 0x01;
export const COSIGNATURE = 0x04;
export const ML_DSA_44 = 0x06;

export type NoteKey = {
  readonly name: string;
  readonly type: number;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
};

export function sha256(...parts: readonly (Uint8Array | string)[]): Buffer {
  return hash(
    "sha256",
    Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part))),
    "buffer",
  );
}

/** RFC 6962 §2.1: the hash of an entry. */
export function hashOfEntry(entry: Uint8Array): Buffer {
  return sha256(Buffer.of(0), entry);
}

/** RFC 6962 §2.1: MTH(D[from:to]), of hashes that stand for the leaves. */
export function treeHash(leaves: readonly Buffer[], from = 0, to = leaves.length): Buffer {
  if (from === to) return sha256();
  if (to - from === 1) return leaves[from] as Buffer;
  const known = to - from === 256 ? rootsOf(leaves).get(from) : undefined;
  if (known !== undefined) return known;
  const middle = from + halfOf(to - from);
  const root = sha256(Buffer.of(1), treeHash(leaves, from, middle), treeHash(leaves, middle, to));
  if (to - from === 256) rootsOf(leaves).set(from, root);
  return root;
}

/** Roots over 256 leaves by their first, so that a large tree is hashed once. */
const ROOTS = new WeakMap<readonly Buffer[], Map<number, Buffer>>();

function rootsOf(leaves: readonly Buffer[]): Map<number, Buffer> {
  const roots = ROOTS.get(leaves) ?? new Map<number, Buffer>();
  ROOTS.set(leaves, roots);
  return roots;
}

/** The largest power of two smaller than n. */
function halfOf(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** RFC 6962 §2.1.1: PATH(m, D[from:to]), from the leaf up. */
export function auditPath(leaves: readonly Buffer[], m: number, [from, to] = [0, leaves.length]): Buffer[] {
  if (to - from <= 1) return [];
  const middle = from + halfOf(to - from);
  return m < middle
    ? [...auditPath(leaves, m, [from, middle]), treeHash(leaves, middle, to)]
    : [...auditPath(leaves, m, [middle, to]), treeHash(leaves, from, middle)];
}

/** RFC 6962 §2.1.2: PROOF(m, D[n]). */
export function consistencyPath(leaves: readonly Buffer[], m: number): Buffer[] {
  const prove = (from: number, to: number, isWhole: boolean): Buffer[] => {
    if (m === to) return isWhole ? [] : [treeHash(leaves, from, to)];
    const middle = from + halfOf(to - from);
    return m <= middle
      ? [...prove(from, middle, isWhole), treeHash(leaves, middle, to)]
      : [...prove(middle, to, false), treeHash(leaves, from, middle)];
  };
  return prove(0, leaves.length, true);
}

/** A key's own bytes stand at the end of its SPKI form. */
function rawKey({ type, publicKey }: NoteKey): Buffer {
  return publicKey.export({ type: "spki", format: "der" }).subarray(type === ML_DSA_44 ? -1_312 : -32);
}

export function keyIdOf(key: NoteKey): Buffer {
  return sha256(key.name, "\n", Buffer.of(key.type), rawKey(key)).subarray(0, 4);
}

export function vkeyOf(key: NoteKey): string {
  const typed = Buffer.concat([Buffer.of(key.type), rawKey(key)]);
  return `${key.name}+${keyIdOf(key).toString("hex")}+${typed.toString("base64")}`;
}

export function signatureLine(name: string, keyId: Buffer, signature: Uint8Array): string {
  return `\u2014 ${name} ${Buffer.concat([keyId, signature]).toString("base64")}\n`;
}

/** The line of a log's key, or of a witness's at a time. */
export function lineOf(key: NoteKey, body: string, atSeconds = 1_700_000_000): string {
  if (key.type === ED25519) return signatureLine(key.name, keyIdOf(key), sign(null, Buffer.from(body), key.privateKey));
  const time = bigEndian(atSeconds);
  if (key.type === ML_DSA_44) {
    const [origin = "", size = "", root = ""] = body.split("\n");
    const tree = [bigEndian(0), bigEndian(Number(size)), Buffer.from(root, "base64")];
    const message = [Buffer.from("subtree/v1\n\0"), short(key.name), time, short(origin), ...tree];
    const signature = sign(null, Buffer.concat(message), key.privateKey);
    return signatureLine(key.name, keyIdOf(key), Buffer.concat([time, signature]));
  }
  const message = Buffer.from(`cosignature/v1\ntime ${atSeconds}\n${body}`);
  return signatureLine(key.name, keyIdOf(key), Buffer.concat([time, sign(null, message, key.privateKey)]));
}

function bigEndian(number: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(number));
  return bytes;
}

/** RFC 8446 §3.4: `opaque <1..2^8-1>`. */
function short(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

export function checkpointBody(origin: string, leaves: readonly Buffer[], extensions: readonly string[] = []): string {
  const lines = [origin, String(leaves.length), treeHash(leaves).toString("base64"), ...extensions];
  return lines.map((line) => `${line}\n`).join("");
}

/** A tile's number in groups of three digits, all but the last with an x. */
function pathOf(index: number): string {
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, "0");
  const groups = digits.match(/.{3}/g) as string[];
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
}

/** All tiles and bundles over these entries, by path. */
function tilesOver(entries: readonly Uint8Array[], leaves: readonly Buffer[]): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const put = (level: string, all: readonly Uint8Array[], render: (part: readonly Uint8Array[]) => Buffer): void => {
    for (let at = 0; at < all.length; at += 256) {
      const part = all.slice(at, at + 256);
      const width = part.length === 256 ? "" : `.p/${part.length}`;
      files.set(`tile/${level}/${pathOf(at / 256)}${width}`, render(part));
    }
  };
  put("entries", entries, (part) => Buffer.concat(part.flatMap((entry) => [lengthOf(entry), entry])));
  let hashes = leaves;
  for (let level = 0; hashes.length > 0; level += 1) {
    put(String(level), hashes, (part) => Buffer.concat(part));
    const below = hashes;
    hashes = Array.from({ length: Math.floor(below.length / 256) }, (_, n) => treeHash(below, n * 256, n * 256 + 256));
  }
  return files;
}

function lengthOf(entry: Uint8Array): Buffer {
  return Buffer.of(entry.length >> 8, entry.length & 0xff);
}

/** The files of a log over these entries, under a checkpoint with the lines of these keys. */
export function foreignLog(
  entries: readonly Uint8Array[],
  keys: readonly [NoteKey, ...NoteKey[]],
): Map<string, Buffer> {
  const leaves = entries.map(hashOfEntry);
  const body = checkpointBody(keys[0].name, leaves);
  const note = `${body}\n${keys.map((key) => lineOf(key, body)).join("")}`;
  return tilesOver(entries, leaves).set("checkpoint", Buffer.from(note));
}
