import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  decodeUtf8,
  encodeEntryBundle,
  encodeTile,
  LogCopy,
  namedDocuments,
  parseCheckpoint,
  parseEnvelope,
  parseNote,
  sha256Digest,
  tilePath,
  tilesOf,
  TILE_WIDTH,
  type Checkpoint,
  type EntryRange,
  type ReadPath,
  type TileRef,
} from "@signalbox/tlog";
import { failure } from "../failure.ts";
import { documentPath, isDigest } from "../verify/document-path.ts";
import { MANIFEST_PATH, type ExportManifest } from "../verify/export-manifest.ts";

/** Files that are fetched at once. */
const FETCHES_MAX = 8;
/** No log has so many; what a server says of its size is not believed before its tiles are there. */
const LEAVES_MAX = 2 ** 32;

type ExportOptions = {
  /** The log's files, as its ledger serves them. */
  readonly read: ReadPath;
  /** A folder that is empty or not there yet. */
  readonly folder: string;
  readonly from: number;
  /** Null: all that the checkpoint covers. */
  readonly to: number | null;
  readonly onProgress: (files: number) => void;
};

export type Exported = ExportManifest & {
  readonly entries: number;
  readonly documents: number;
  /** Documents that entries name and the log does not hold: without them these decisions cannot be replayed. */
  readonly missing: readonly string[];
};

/**
 * Copies a log in the C2SP layout: all hash tiles that a verifier needs, the entry bundles that hold the range, and the
 * documents that the range's decisions name. The checkpoint is written last, so that a copy that broke off is none.
 */
export async function exportLog(options: ExportOptions): Promise<Exported> {
  const { read, folder } = options;
  await requireEmpty(folder);
  const { note, checkpoint } = await readCheckpoint(read);
  const { origin, size } = checkpoint;
  const range = { from: options.from, to: options.to ?? size };
  if (range.from > range.to || range.to > size) {
    const todo = "Name a range within it; new leaves are covered by a checkpoint within a second.";
    throw failure("invalid-request", `The newest checkpoint covers ${size} leaves.`, todo);
  }
  const exporter = new Exporter(options, range);
  await exporter.copyTiles(size);
  const missing = await exporter.copyDocuments();
  const keys = await read("vkeys");
  if (keys !== null) await write(folder, "vkeys", keys);
  const manifest: ExportManifest = { schema: "signalbox.export.v1", origin, size, ...range };
  await write(folder, MANIFEST_PATH, `${JSON.stringify(manifest)}\n`);
  await write(folder, "checkpoint", note);
  return { ...manifest, entries: exporter.entries, documents: exporter.documents, missing };
}

class Exporter {
  entries = 0;
  documents = 0;
  readonly #options: ExportOptions;
  readonly #copy: LogCopy;
  readonly #range: EntryRange;
  readonly #digests = new Set<string>();

  constructor(options: ExportOptions, range: EntryRange) {
    this.#options = options;
    this.#copy = new LogCopy(options.read);
    this.#range = range;
  }

  async copyTiles(size: number): Promise<void> {
    const tiles = this.#wantedOf(size);
    await inParallel(tiles, async (tile, done) => {
      if (tile.kind === "hashes") await this.#copyHashes(tile);
      else await this.#copyEntries(tile);
      this.#options.onProgress(done);
    });
  }

  *#wantedOf(size: number): Generator<TileRef> {
    for (const tile of tilesOf(size)) yield* this.#wanted(tile);
  }

  /** A full tile of leaves outside of the range is told by its root in the tile above. */
  #wanted(tile: TileRef): TileRef[] {
    if (tile.level > 0) return [tile];
    const first = tile.index * TILE_WIDTH;
    const isInRange = first + tile.width > this.#range.from && first < this.#range.to;
    if (isInRange) return [tile, { ...tile, kind: "entries" }];
    return tile.width < TILE_WIDTH ? [tile] : [];
  }

  async #copyHashes(tile: TileRef): Promise<void> {
    const read = await this.#copy.hashes(tile);
    if (read.kind !== "read") throw unsound(tilePath(tile), read.kind);
    await write(this.#options.folder, tilePath(tile), encodeTile(read.hashes));
  }

  async #copyEntries(tile: TileRef): Promise<void> {
    const read = await this.#copy.entries(tile);
    if (read.kind !== "read") throw unsound(tilePath(tile), read.kind);
    for (const entry of read.entries) for (const digest of digestsOf(entry)) this.#digests.add(digest);
    this.entries += read.entries.length;
    await write(this.#options.folder, tilePath(tile), encodeEntryBundle(read.entries));
  }

  async copyDocuments(): Promise<string[]> {
    const missing: string[] = [];
    await inParallel(this.#digests.values(), async (digest) => {
      const bytes = await this.#options.read(documentPath(digest));
      if (bytes === null) {
        missing.push(digest);
        return;
      }
      if (sha256Digest(bytes) !== digest) throw unsound(digest, "not what its name says");
      await write(this.#options.folder, documentPath(digest), bytes);
      this.documents += 1;
    });
    return missing.toSorted();
  }
}

function digestsOf(entry: Uint8Array): string[] {
  const envelope = parseEnvelope(entry);
  if (envelope === null) return [];
  try {
    const event = JSON.parse(Buffer.from(envelope.payload).toString("utf8")) as Record<string, unknown>;
    return namedDocuments(event).flatMap(({ digest }) => (isDigest(digest) ? [digest] : []));
  } catch {
    return [];
  }
}

async function readCheckpoint(read: ReadPath): Promise<{ readonly note: string; readonly checkpoint: Checkpoint }> {
  const bytes = await read("checkpoint");
  if (bytes === null) throw failure("not-found", "The log has no checkpoint yet.", "Send a first request.");
  const text = decodeUtf8(bytes);
  const note = text === null ? null : parseNote(text);
  const parsed = note?.ok === true ? parseCheckpoint(note.text) : null;
  if (text === null || parsed?.ok !== true) throw unsound("checkpoint", "malformed");
  if (parsed.checkpoint.size > LEAVES_MAX) throw unsound("checkpoint", "over more leaves than any log has");
  return { note: text, checkpoint: parsed.checkpoint };
}

async function requireEmpty(folder: string): Promise<void> {
  const files = await readdir(folder).catch(() => []);
  if (files.length === 0) return;
  throw failure("invalid-request", `${folder} is not empty.`, "Name a new folder: a copy is never mixed with another.");
}

async function write(folder: string, path: string, bytes: Uint8Array | string): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
}

async function inParallel<T>(items: Iterator<T>, work: (item: T, count: number) => Promise<void>): Promise<void> {
  let count = 0;
  async function run(): Promise<void> {
    for (let next = items.next(); next.done !== true; next = items.next()) {
      count += 1;
      await work(next.value, count);
    }
  }
  await Promise.all(Array.from({ length: FETCHES_MAX }, run));
}

function unsound(what: string, why: string): Error {
  return failure(
    "unprocessable",
    `The log's ${what} is ${why}.`,
    "Look at the register with `npm run -s signalbox -- fsck`.",
  );
}
