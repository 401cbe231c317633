import { ReplayThread, StalledEngines, type Replayed } from "@signalbox/audit-ledger/replays";
import { PAYLOAD_TYPES, SignalboxError } from "@signalbox/proto";
import {
  LogCopy,
  parseEnvelope,
  sha256Digest,
  TILE_WIDTH,
  tileWidth,
  type EntryRange,
  type ReadPath,
} from "@signalbox/tlog";
import { documentPath, isDigest } from "./document-path.ts";

/** More mismatches than this say nothing that the first ones do not. */
const LISTED_MAX = 100;
const ID_SHOWN_MAX_CHARS = 64;

/**
 * A decision that did not come out as it was recorded, and in which fields; or that did not come out at all, and why.
 */
type ReplayFault = { readonly index: number; readonly decisionId: string; readonly reason: string };

export type CopyReplay = {
  readonly replayed: number;
  readonly identical: number;
  readonly different: readonly ReplayFault[];
  /** Not run: a document is missing, or its engine failed. */
  readonly failed: readonly ReplayFault[];
};

type ReplayCopyOptions = {
  readonly read: ReadPath;
  readonly size: number;
  readonly range: EntryRange | undefined;
  readonly onProgress: (replayed: number) => void;
};

type Recorded = { readonly index: number; readonly leaf: Uint8Array; readonly payload: Uint8Array };

/**
 * Runs every decision of a copy again, by the engine and on the documents that it names, which lie beside it. Engines
 * run in a thread that has neither I/O nor an environment, and one that does not end is given up.
 */
export async function replayCopy({ read, size, range, onProgress }: ReplayCopyOptions): Promise<CopyReplay> {
  const { from, to } = range ?? { from: 0, to: size };
  const copy = new LogCopy(read);
  await using thread = new ReplayThread({ read: (digest) => readDocument(read, digest) });
  const stalled = new StalledEngines();
  const tally = { replayed: 0, identical: 0, different: [] as ReplayFault[], failed: [] as ReplayFault[] };
  for (let bundle = Math.floor(from / TILE_WIDTH); bundle * TILE_WIDTH < to; bundle += 1) {
    const entries = await copy.entries({ index: bundle, width: tileWidth(size, { level: 0, index: bundle }) });
    if (entries.kind !== "read") continue;
    let waiting = entries.entries.flatMap((bytes, at) => decisionOf(bytes, bundle * TILE_WIDTH + at));
    while (waiting.length > 0) {
      const results = await replaySome(thread, waiting, stalled);
      for (const [at, result] of results.entries()) count(tally, waiting[at] as Recorded, result);
      waiting = waiting.slice(results.length);
    }
    onProgress(tally.replayed);
  }
  return tally;
}

/** Of the first decisions, at least one. */
async function replaySome(
  thread: ReplayThread,
  decisions: readonly Recorded[],
  stalled: StalledEngines,
): Promise<readonly Replayed[]> {
  const leaves = decisions.map(({ leaf }) => leaf);
  return thread.run(leaves, {}, stalled).catch((error: unknown) => {
    return [{ ok: false, error: SignalboxError.from(error).message }];
  });
}

type Tally = { replayed: number; identical: number; different: ReplayFault[]; failed: ReplayFault[] };

function count(tally: Tally, { index, payload }: Recorded, result: Replayed): void {
  tally.replayed += 1;
  if (result.ok && result.differences.length === 0) {
    tally.identical += 1;
    return;
  }
  const listed = result.ok ? tally.different : tally.failed;
  if (listed.length === LISTED_MAX) return;
  const reason = result.ok ? result.differences.map(({ path }) => path || "/").join(", ") : result.error;
  listed.push({ index, decisionId: idOf(payload), reason });
}

function decisionOf(bytes: Uint8Array, index: number): Recorded[] {
  const envelope = parseEnvelope(bytes);
  if (envelope?.payloadType !== PAYLOAD_TYPES.decision) return [];
  return [{ index, leaf: bytes, payload: envelope.payload }];
}

/** With hashes alone checked, a payload is whatever somebody wrote. */
function idOf(payload: Uint8Array): string {
  try {
    const event = JSON.parse(Buffer.from(payload).toString("utf8")) as { readonly decisionId?: unknown } | null;
    return typeof event?.decisionId === "string" ? event.decisionId.slice(0, ID_SHOWN_MAX_CHARS) : "without an id";
  } catch {
    return "that is no event";
  }
}

async function readDocument(read: ReadPath, digest: string): Promise<string> {
  const bytes = isDigest(digest) ? await read(documentPath(digest)) : null;
  if (bytes === null) throw new SignalboxError("not-found", `The document ${digest} is missing.`);
  if (sha256Digest(bytes) === digest) return Buffer.from(bytes).toString("utf8");
  throw new SignalboxError("unprocessable", `The document ${digest} has not the bytes that its name says.`);
}
