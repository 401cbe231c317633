import { createPublicKey, verify } from "node:crypto";
import { hashOfEntry, sha256, treeHash } from "@signalbox/infra/cli/verify/__fixtures__/foreign-log.ts";

/*
 * A stranger's reader of transparency logs: written from the texts of RFC 6962 and of C2SP's signed-note,
 * tlog-checkpoint, tlog-cosignature, tlog-tiles and tlog-proof, and with nothing that the register is made of. It throws
 * at whatever is not exactly as they say.
 */

/** Fetches what stands at a path below the log's prefix. */
type FetchFile = (path: string) => Promise<Uint8Array>;

type ReadNote = { readonly text: string; readonly signedBy: readonly string[] };

type ReadLog = {
  readonly origin: string;
  readonly root: Buffer;
  readonly entries: readonly Buffer[];
  /** The names of the keys that signed, of those that were given. */
  readonly signedBy: readonly string[];
};

/** What follows a base64 or a name here and there; RFC 4648 §4, with padding. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function must(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new Error(rule);
}

function decode(base64: string, bytes?: number): Buffer {
  must(BASE64.test(base64), `not base64: ${base64}`);
  const decoded = Buffer.from(base64, "base64");
  must(bytes === undefined || decoded.length === bytes, `not ${bytes} bytes: ${base64}`);
  return decoded;
}

/** Reads a signed note, and requires the first of the keys to have signed it. */
export function readNote(bytes: Uint8Array, vkeys: readonly string[]): ReadNote {
  const note = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  must(!bytes.some((byte) => byte < 0x20 && byte !== 0x0a), "a note has no control character but newlines");
  const split = note.lastIndexOf("\n\n") + 1;
  must(split > 0 && note.endsWith("\n"), "a note's text, an empty line, and signature lines");
  const text = note.slice(0, split);
  const keys = vkeys.map(readVkey);
  const signedBy: string[] = [];
  for (const line of note.slice(split + 1, -1).split("\n")) {
    const [, name = "", signature = ""] = /^\u2014 ([^\s+]+) (\S+)$/u.exec(line) ?? [];
    must(name !== "", `not a signature line: ${line}`);
    const all = decode(signature);
    const key = keys.find((one) => one.name === name && one.id.equals(all.subarray(0, 4)));
    if (key === undefined) continue;
    must(key.isSigned(text, all.subarray(4)), `the signature of ${name} is wrong`);
    signedBy.push(name);
  }
  must(signedBy.includes(keys[0]?.name ?? ""), "the log has not signed");
  return { text, signedBy };
}

type Key = { name: string; id: Buffer; isSigned: (text: string, signature: Buffer) => boolean };

function readVkey(vkey: string): Key {
  const [, name = "", id = "", key = ""] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(vkey) ?? [];
  const typed = decode(key, 33);
  must(sha256(name, "\n", typed).subarray(0, 4).equals(Buffer.from(id, "hex")), `the id is not the key's: ${vkey}`);
  const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), typed.subarray(1)]);
  const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" });
  must(typed[0] === 1 || typed[0] === 4, "neither Ed25519 nor a cosignature");
  return {
    name,
    id: Buffer.from(id, "hex"),
    isSigned: (text, signature) => {
      if (typed[0] === 1) return signature.length === 64 && verify(null, Buffer.from(text), publicKey, signature);
      const time = signature.length === 72 ? signature.readBigUInt64BE() : 0n;
      const message = Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);
      return time > 1_577_836_800n && verify(null, message, publicKey, signature.subarray(8));
    },
  };
}

type Checkpoint = { origin: string; size: number; root: Buffer };

function readCheckpoint(text: string): Checkpoint {
  const [origin = "", size = "", root = "", ...rest] = text.split("\n");
  must(origin !== "" && rest.join() === "", "a checkpoint has three lines");
  must(/^(0|[1-9][0-9]*)$/.test(size), "a tree's size is decimal, without leading zeroes");
  return { origin, size: Number(size), root: decode(root, 32) };
}

/** Reads every tile and every bundle of the tree that the checkpoint covers. */
export async function readLog(
  fetchFile: FetchFile,
  checkpoint: Uint8Array,
  vkeys: readonly string[],
): Promise<ReadLog> {
  const { text, signedBy } = readNote(checkpoint, vkeys);
  const { origin, size, root } = readCheckpoint(text);
  must(origin === signedBy[0], "the log's key bears its origin's name");
  const entries = await readTiles(fetchFile, { level: "entries", count: size }, readBundle);
  let hashes = entries.map(hashOfEntry);
  must(treeHash(hashes).equals(root), "the root is that of the entries");
  for (let level = 0; hashes.length > 0; level += 1) {
    const tiles = await readTiles(fetchFile, { level: String(level), count: hashes.length }, readHashes);
    must(Buffer.concat(tiles).equals(Buffer.concat(hashes)), `the tiles of level ${level} are those of the entries`);
    const below = hashes;
    hashes = Array.from({ length: Math.floor(below.length / 256) }, (_, n) => treeHash(below, n * 256, n * 256 + 256));
  }
  return { origin, root, entries, signedBy };
}

async function readTiles(
  fetchFile: FetchFile,
  { level, count }: { level: string; count: number },
  read: (bytes: Buffer, width: number) => Buffer[],
): Promise<Buffer[]> {
  const all: Buffer[] = [];
  for (let n = 0; n * 256 < count; n += 1) {
    const width = Math.min(256, count - n * 256);
    // Fewer than a million tiles are two groups of digits at the most.
    const number = String(n).padStart(3, "0");
    const path = n < 1_000 ? number : `x${String(Math.floor(n / 1_000)).padStart(3, "0")}/${number.slice(-3)}`;
    const bytes = await fetchFile(`tile/${level}/${path}${width === 256 ? "" : `.p/${width}`}`);
    all.push(...read(Buffer.from(bytes), width));
  }
  return all;
}

function readHashes(bytes: Buffer, width: number): Buffer[] {
  must(bytes.length === width * 32, "a tile has as many hashes as it is wide");
  return [bytes];
}

function readBundle(bytes: Buffer, width: number): Buffer[] {
  const entries: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const start = at + 2;
    at = start + bytes.readUInt16BE(at);
    must(at <= bytes.length, "an entry ends within its bundle");
    entries.push(bytes.subarray(start, at));
  }
  must(entries.length === width, "a bundle has as many entries as it is wide");
  return entries;
}

/** Reads a tlog-proof of this entry; returns its index, and the extra data that stands beside it. */
export function readProof(
  file: Uint8Array,
  entry: Uint8Array,
  vkeys: readonly string[],
): { readonly index: number; readonly size: number; readonly extra: Buffer | null } {
  const text = Buffer.from(file).toString();
  const end = text.indexOf("\n\n");
  const [header, ...lines] = text.slice(0, end).split("\n");
  must(end > 0 && header === "c2sp.org/tlog-proof@v1", "a proof's first line");
  const extra = lines[0]?.startsWith("extra ") === true ? decode(lines.shift()?.slice(6) ?? "") : null;
  const [, digits = ""] = /^index (0|[1-9][0-9]*)$/.exec(lines.shift() ?? "") ?? [];
  must(digits !== "", "a proof's index");
  const { size, root } = readCheckpoint(readNote(Buffer.from(text.slice(end + 2)), vkeys).text);
  const path = lines.map((line) => decode(line, 32));
  const index = Number(digits);
  must(index < size && rootOf({ path, index, size }, hashOfEntry(entry)).equals(root), "the path leads to the root");
  must(path.length === 0, "the path is no longer than it must be");
  return { index, size, extra };
}

/** RFC 6962 §2.1.1 backwards: takes hashes from the path's end while it goes down from the root. */
function rootOf({ path, index, size }: { path: Buffer[]; index: number; size: number }, leaf: Buffer): Buffer {
  if (size === 1) return leaf;
  let middle = 1;
  while (middle * 2 < size) middle *= 2;
  const sibling = path.pop();
  must(sibling !== undefined, "the path is as long as it must be");
  const isLeft = index < middle;
  const inner = isLeft ? { path, index, size: middle } : { path, index: index - middle, size: size - middle };
  const node = rootOf(inner, leaf);
  return isLeft ? sha256(Buffer.of(1), node, sibling) : sha256(Buffer.of(1), sibling, node);
}
