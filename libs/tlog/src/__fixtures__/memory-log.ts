import { createPublicKey } from "node:crypto";
import { signCheckpoint } from "../checkpoint.ts";
import { privateKeyFromSeed } from "../ed25519.ts";
import type { ReadPath } from "../log-copy.ts";
import { leafHash } from "../merkle-tree.ts";
import { formatVkey } from "../note-key.ts";
import { parsePolicy } from "../parse-policy.ts";
import type { Policy } from "../policy.ts";
import { encodeEntryBundle, encodeTile } from "../tile-bytes.ts";
import { tilePath, TILE_WIDTH } from "../tile-path.ts";
import { TileRecorder, type RecordedTile } from "../tile-recorder.ts";

const ORIGIN = "register.example/signalbox";
const LOG_KEY = privateKeyFromSeed(Buffer.alloc(32, 1));
export const LOG_VKEY = formatVkey(ORIGIN, createPublicKey(LOG_KEY));

/** The files of a log over these entries, by path, under a checkpoint of its key. */
export async function memoryLog(entries: readonly Uint8Array[]): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const recorder = new TileRecorder();
  const keep = (tile: RecordedTile): void => void files.set(tilePath(tile), encodeTile(tile.hashes));
  for (const entry of entries) recorder.addLeaf(leafHash(entry)).forEach(keep);
  recorder.partialTiles().forEach(keep);
  for (let start = 0; start < entries.length; start += TILE_WIDTH) {
    const bundle = entries.slice(start, start + TILE_WIDTH);
    const tile = { kind: "entries", level: 0, index: start / TILE_WIDTH, width: bundle.length } as const;
    files.set(tilePath(tile), encodeEntryBundle(bundle));
  }
  const checkpoint = { origin: ORIGIN, size: entries.length, root: await recorder.root() };
  files.set("checkpoint", Buffer.from(signCheckpoint(checkpoint, [{ name: ORIGIN, privateKey: LOG_KEY }])));
  return files;
}

export function readerOf(files: ReadonlyMap<string, Buffer>): ReadPath {
  return async (path) => files.get(path) ?? null;
}

/** Trusts the log's key and asks for no witness. */
export function plainPolicy(): Policy {
  const parsed = parsePolicy(`log ${LOG_VKEY}\nquorum none\n`);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.policy;
}
