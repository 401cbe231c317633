import {
  decodeUtf8,
  EntryChecker,
  parseLogKeys,
  verifyLog,
  type EntryRange,
  type LogKeys,
  type LogVerdict,
  type Policy,
  type Producer,
  type ReadPath,
} from "@signalbox/tlog";
import { SignalboxError } from "@signalbox/proto";
import type { Terminal } from "../terminal.ts";
import { documentPath } from "./document-path.ts";
import { manifestFault, type ExportManifest } from "./export-manifest.ts";
import { mayRecord } from "./may-record.ts";
import { readTwice } from "./read-twice.ts";
import type { CopyReplay } from "./replay-copy.ts";
import { uncheckedOfLog } from "./unchecked.ts";

const PROGRESS_EVERY = 4_096;

/** Where a log lies, and what is trusted and looked at. */
export type Copy = {
  readonly read: ReadPath;
  readonly policy: Policy;
  /** The text of an older checkpoint. */
  readonly since: string | undefined;
  /** The producers' keys that the caller trusts, and the file that they are from. */
  readonly producers: { readonly keys: ReadonlyMap<string, Producer>; readonly file: string } | null;
  readonly hashesOnly: boolean;
  readonly replay: boolean;
  /** What an exported copy says of itself. */
  readonly manifest: ExportManifest | null;
  readonly terminal: Terminal;
};

export type CopyVerdict = {
  readonly what: "log";
  readonly verdict: LogVerdict;
  /** Null when what entries say of themselves was not looked at. */
  readonly producersFrom: string | null;
  readonly replay: CopyReplay | null;
  /** What the copy says, or seems to, and nobody has checked. */
  readonly unchecked: readonly string[];
};

/** Verifies a log, or a copy of one, file by file. */
export async function verifyCopy(copy: Copy): Promise<CopyVerdict> {
  const { manifest, producers, terminal } = copy;
  const readOnce: ReadPath = async (path) => {
    terminal.stop.throwIfAborted();
    return copy.read(path);
  };
  const read = copy.replay ? readTwice(readOnce) : readOnce;
  // Both change as a log grows. Read in this order, vkeys is never older than the checkpoint.
  const checkpoint = await read("checkpoint");
  const named = copy.hashesOnly ? null : await readNamedKeys(read);
  const keys = named === "unreadable" ? null : named;
  const trusted = producers?.keys ?? keys?.producers ?? new Map<string, Producer>();
  const checker = copy.hashesOnly ? null : new EntryChecker({ producers: trusted, mayRecord });
  const range: EntryRange | undefined = manifest ?? undefined;
  const found = await verifyLog({
    read: async (path) => (path === "checkpoint" ? checkpoint : read(path)),
    policy: copy.policy,
    since: copy.since,
    checker,
    readDocument: (digest) => read(documentPath(digest)).catch(nullIfForbidden),
    keys: keys ?? undefined,
    range,
    onProgress: (leaves, size) => {
      if (leaves % PROGRESS_EVERY === 0) terminal.progress(`${leaves} of ${size} leaves`);
    },
  });
  const verdict = faultBeside(found, { manifest, named }) ?? found;
  const isSound = verdict.kind === "sound";
  return {
    what: "log",
    verdict,
    producersFrom: checker === null ? null : (producers?.file ?? "the log itself"),
    replay: copy.replay && isSound ? await replayOf(read, verdict.size, { range, terminal }) : null,
    unchecked: isSound ? uncheckedOfLog(verdict, { manifest, isHashesOnly: checker === null }) : [],
  };
}

/** Null where the log names none, or they are not looked at. */
type NamedKeys = LogKeys | "unreadable" | null;

async function readNamedKeys(read: ReadPath): Promise<NamedKeys> {
  const bytes = await read("vkeys").catch(nullIfForbidden);
  if (bytes === null) return null;
  const text = decodeUtf8(bytes);
  return (text === null ? null : parseLogKeys(text)) ?? "unreadable";
}

/** Other logs have no such file, and some stores refuse what is not there, rather than saying so. */
function nullIfForbidden(error: unknown): null {
  if (SignalboxError.from(error).code === "forbidden") return null;
  throw error;
}

/** What is wrong with the files that stand beside a sound log. */
function faultBeside(
  found: LogVerdict,
  { manifest, named }: { readonly manifest: ExportManifest | null; readonly named: NamedKeys },
): LogVerdict | null {
  if (found.kind !== "sound") return null;
  // Another application may keep something else at that path.
  if (named === "unreadable" && found.ours > 0) {
    return { kind: "unverifiable", index: null, reason: "vkeys cannot be read as the keys that a log names" };
  }
  return manifestFault(manifest, found);
}

async function replayOf(
  read: ReadPath,
  size: number,
  { range, terminal }: { readonly range: EntryRange | undefined; readonly terminal: Terminal },
): Promise<CopyReplay> {
  // The engine's loader comes with much that no other verification needs.
  const { replayCopy } = await import("./replay-copy.ts");
  const onProgress = (replayed: number): void => {
    terminal.stop.throwIfAborted();
    terminal.progress(`${replayed} decisions replayed`);
  };
  return replayCopy({ read, size, range, onProgress });
}
