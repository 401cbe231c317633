import { HASH_BYTES } from "./merkle-tree.ts";
import { TILE_WIDTH } from "./tile-path.ts";

/** What an entry bundle's 16-bit length can say. */
const ENTRY_MAX_BYTES = 65_535;

const LENGTH_BYTES = 2;

/** The bytes of a hash tile. Throws a RangeError for none or more than 256, or for what is no hash. */
export function encodeTile(hashes: readonly Uint8Array[]): Buffer {
  if (hashes.length === 0 || hashes.length > TILE_WIDTH) throw new RangeError("a tile holds 1 to 256 hashes");
  if (hashes.some((hash) => hash.length !== HASH_BYTES)) throw new RangeError("a hash is 32 bytes");
  return Buffer.concat(hashes);
}

/** The hashes of a tile of this width; null when the bytes are not exactly so many. */
export function parseTile(bytes: Uint8Array, width: number): Uint8Array[] | null {
  if (bytes.length !== width * HASH_BYTES || width > TILE_WIDTH) return null;
  return Array.from({ length: width }, (_, at) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}

/**
 * An entry bundle: each entry after its length in 16 bits, big-endian. Throws a RangeError for what does not fit one.
 */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Buffer {
  if (entries.length === 0 || entries.length > TILE_WIDTH) throw new RangeError("a bundle holds 1 to 256 entries");
  const parts = entries.flatMap((entry) => {
    if (entry.length > ENTRY_MAX_BYTES) throw new RangeError("an entry is at most 65535 bytes");
    const length = Buffer.allocUnsafe(LENGTH_BYTES);
    length.writeUInt16BE(entry.length);
    return [length, entry];
  });
  return Buffer.concat(parts);
}

/**
 * A bundle's entries, at most `width`, as far as their lengths fit the bytes; `isWhole` when they are all that it
 * holds.
 */
export function readEntryBundle(
  bytes: Uint8Array,
  width: number,
): { readonly entries: Uint8Array[]; readonly isWhole: boolean } {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at + LENGTH_BYTES <= view.length && entries.length < width) {
    const start = at + LENGTH_BYTES;
    const end = start + view.readUInt16BE(at);
    if (end > view.length) break;
    entries.push(view.subarray(start, end));
    at = end;
  }
  return { entries, isWhole: at === view.length };
}
