import { checkLogKeys, type CheckedLogKeys } from "./check-log-keys.ts";
import type { Checkpoint } from "./checkpoint-body.ts";
import { DocumentChecker, type CheckedDocuments, type ReadDocument } from "./document-checker.ts";
import type { EntryChecker } from "./entry-checker.ts";
import { tampered, unverifiable, type Fault } from "./fault.ts";
import { LogCopy, type ReadPath } from "./log-copy.ts";
import type { LogKeys } from "./log-keys.ts";
import { LogWalk, type EntryRange } from "./log-walk.ts";
import { EMPTY_ROOT, equalBytes } from "./merkle-tree.ts";
import { checkPolicy, type Policy, type PolicyVerdict } from "./policy.ts";
import { refusedCheckpoint } from "./refused-checkpoint.ts";
import { retiredAt } from "./retired-at.ts";
import { decodeUtf8 } from "./utf8.ts";

export type SoundLog = {
  readonly kind: "sound";
  readonly origin: string;
  readonly size: number;
  readonly rootHex: string;
  /** How many entries were read; of the others the hashes alone. */
  readonly entries: number;
  /** Which ones; the hashes stand for the others. */
  readonly ranges: readonly EntryRange[];
  /** How many of them are of this project, and were checked wholly. */
  readonly ours: number;
  /** The policy's names of the witnesses that cosigned. */
  readonly witnesses: readonly string[];
  /** The size of the older checkpoint that the log was held against. */
  readonly since: number | null;
  /** Those that the entries name by digest; null when they were not looked at. */
  readonly documents: CheckedDocuments | null;
  /** What the log says of its keys; null when that was not looked at. */
  readonly keys: CheckedLogKeys | null;
};

export type LogVerdict = SoundLog | Fault;

export type VerifyLogOptions = {
  readonly read: ReadPath;
  readonly policy: Policy;
  /** An older checkpoint of this log that was kept elsewhere. */
  readonly since?: string | undefined;
  /** Checks what entries say of themselves; without it they are hashed alone. */
  readonly checker: EntryChecker | null;
  /** Where the documents lie that entries of ours name; without it, or without a checker, they are not looked at. */
  readonly readDocument?: ReadDocument | undefined;
  /** What the log says of its keys, to be held against its entries; not looked at without a checker. */
  readonly keys?: LogKeys | undefined;
  /** The entries that must be there; bundles wholly outside need not, for the hash tiles stand for them. */
  readonly range?: EntryRange | undefined;
  readonly onProgress?: ((leaves: number, size: number) => void) | undefined;
};

/**
 * Checks a whole C2SP tlog-tiles log, or a copy of one: the checkpoint against the policy, every entry against the hash
 * tiles, every tile against the entries, the root against the checkpoint, the older checkpoint against the tree, and
 * the documents that entries name against their digests. Reads each file once, and holds as much for a small log as for
 * a large one.
 */
export async function verifyLog(options: VerifyLogOptions): Promise<LogVerdict> {
  const copy = new LogCopy(options.read);
  const bytes = await options.read("checkpoint");
  if (bytes === null) return unverifiable(null, "there is no checkpoint");
  const head = openHead(bytes, options.policy);
  if (!head.ok) return refusedCheckpoint(head.reason);
  const since = openSince(options, head.checkpoint);
  if (since !== null && "kind" in since) return since;
  const { checker, readDocument, range, onProgress } = options;
  const documents = checker === null || readDocument === undefined ? null : new DocumentChecker(readDocument);
  const walk = new LogWalk({ copy, head: head.checkpoint, since, checker, documents, range, onProgress });
  const fault = await walk.run();
  if (fault !== null) return fault;
  const retired = retiredAt(head.logKeys, checker?.keyChanges ?? []);
  if (retired !== null) return tampered(retired, "it retired the key that the checkpoint over it is signed by");
  const keys = keysOf(options, head, walk);
  if (keys !== null && "kind" in keys) return keys;
  return {
    kind: "sound",
    origin: head.checkpoint.origin,
    size: head.checkpoint.size,
    rootHex: Buffer.from(head.checkpoint.root).toString("hex"),
    entries: walk.entries,
    ranges: walk.ranges,
    ours: walk.ours,
    witnesses: head.witnesses.map(({ name }) => name),
    since: since?.size ?? null,
    documents: documents?.found ?? null,
    keys,
  };
}

function openHead(bytes: Uint8Array, policy: Policy): PolicyVerdict {
  const note = decodeUtf8(bytes);
  return note === null ? { ok: false, reason: "malformed" } : checkPolicy(note, policy);
}

/** Of another application's log nothing is known that its keys could be held against. */
function keysOf(
  { keys, checker }: VerifyLogOptions,
  { checkpoint, logKeys }: PolicyVerdict & { ok: true },
  { entries, ours, ranges }: LogWalk,
): CheckedLogKeys | Fault | null {
  if (keys === undefined || checker === null || (entries > 0 && ours === 0)) return null;
  return checkLogKeys(keys, {
    origin: checkpoint.origin,
    size: checkpoint.size,
    signedBy: logKeys,
    changes: checker.keyChanges,
    wasRead: (index) => ranges.some(({ from, to }) => index >= from && index < to),
    isWhole: entries === checkpoint.size,
  });
}

/** The older checkpoint needs its log's signature; how many cosigned it then is no matter. */
function openSince({ since, policy }: VerifyLogOptions, head: Checkpoint): Checkpoint | Fault | null {
  if (since === undefined) return null;
  const opened = checkPolicy(since, { ...policy, quorum: null });
  if (!opened.ok) return unverifiable(null, `the older checkpoint does not hold: ${opened.reason}`);
  const { checkpoint } = opened;
  if (checkpoint.origin !== head.origin) {
    return unverifiable(null, `the older checkpoint is of ${checkpoint.origin}`);
  }
  if (checkpoint.size === 0 && !equalBytes(checkpoint.root, EMPTY_ROOT)) {
    return tampered(null, "the older checkpoint is of no leaves, and its root is not theirs");
  }
  if (checkpoint.size <= head.size) return checkpoint;
  const reason = `the log was rolled back: it has ${head.size} leaves, and ${checkpoint.size} were signed before`;
  return tampered(head.size, reason);
}
