import { statSync } from "node:fs";
import { PAYLOAD_TYPES, SignalboxError } from "@signalbox/proto";
import {
  decodeUtf8,
  EntryChecker,
  formatLogKeys,
  parseLogKeys,
  parsePolicy,
  parseReceipt,
  refusal,
  verifyLog,
  verifyLogProof,
  verifyReceipt,
  type DecisionReceipt,
  type EntryRange,
  type Fault,
  type LogProof,
  type LogVerdict,
  type Policy,
  type Producer,
  type ReadPath,
  type ReceiptVerdict,
} from "@signalbox/tlog";
import { failure } from "../failure.ts";
import type { Terminal } from "../terminal.ts";
import { documentPath } from "./document-path.ts";
import { manifestFault, readManifest, type ExportManifest } from "./export-manifest.ts";
import { mayRecord } from "./may-record.ts";
import type { CopyReplay } from "./replay-copy.ts";
import { refuseOptions } from "./refuse-options.ts";
import { isUrl, readFolder, readGivenFile, readUrl } from "./source-files.ts";

const PROGRESS_EVERY = 4_096;
const RECEIPT_TYPES = { decision: PAYLOAD_TYPES.decision, outcome: PAYLOAD_TYPES.outcome };

/** What is trusted and what is looked at; files are named, and read here. */
export type SourceOptions = {
  policy?: string;
  vkey?: string;
  since?: string;
  entry?: string;
  producers?: string;
  tokenFile?: string;
  hashesOnly?: boolean;
  replay?: boolean;
};

/** A proof of another application's entry: where it stands, and nothing of what it says. */
export type SoundProof = {
  readonly kind: "sound";
  readonly origin: string;
  readonly index: number;
  readonly size: number;
};

export type SourceVerdict =
  | {
      readonly what: "log";
      readonly verdict: LogVerdict;
      readonly producersFrom: string | null;
      readonly replay: CopyReplay | null;
    }
  | { readonly what: "receipt"; readonly verdict: ReceiptVerdict; readonly producersFrom: string }
  | { readonly what: "proof"; readonly verdict: SoundProof | Fault };

/** Verifies a folder, a URL or a `.tlog-proof` file without a line, a database, or for files a network. */
export async function verifySource(source: string, options: SourceOptions, terminal: Terminal): Promise<SourceVerdict> {
  const policy = readPolicy(options);
  if (isUrl(source)) {
    refuseOptions("a URL", options);
    const token = options.tokenFile === undefined ? null : readText(options.tokenFile).trim();
    return verifyCopy(readUrl(source, terminal.stop, token), { policy, options, terminal, manifest: null });
  }
  const found = statSync(source, { throwIfNoEntry: false });
  if (found === undefined) {
    throw failure("invalid-request", `${source} is not there.`, "Name a folder, a URL or a .tlog-proof file.");
  }
  if (found.isDirectory()) {
    refuseOptions("a folder", options);
    const read = readFolder(source);
    return verifyCopy(read, { policy, options, terminal, manifest: await readManifest(read) });
  }
  refuseOptions("a .tlog-proof file", options);
  return verifyFile(readText(source), policy, options);
}

type Copy = {
  readonly policy: Policy;
  readonly options: SourceOptions;
  readonly terminal: Terminal;
  /** What an exported copy says of itself. */
  readonly manifest: ExportManifest | null;
};

async function verifyCopy(read: ReadPath, { policy, options, terminal, manifest }: Copy): Promise<SourceVerdict> {
  const { producers, from } = await producersOf(read, options);
  const checker = options.hashesOnly === true ? null : new EntryChecker({ producers, mayRecord });
  const range: EntryRange | undefined = manifest ?? undefined;
  const found = await verifyLog({
    read: async (path) => {
      terminal.stop.throwIfAborted();
      return read(path);
    },
    policy,
    since: options.since === undefined ? undefined : readText(options.since),
    checker,
    readDocument: (digest) => read(documentPath(digest)).catch(nullIfForbidden),
    range,
    onProgress: (leaves, size) => {
      if (leaves % PROGRESS_EVERY === 0) terminal.progress(`${leaves} of ${size} leaves`);
    },
  });
  const verdict = (found.kind === "sound" ? manifestFault(manifest, found) : null) ?? found;
  const replay =
    options.replay === true && verdict.kind === "sound"
      ? await replayOf(read, verdict.size, { range, terminal })
      : null;
  return { what: "log", verdict, producersFrom: checker === null ? null : from, replay };
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

async function producersOf(
  read: ReadPath,
  options: SourceOptions,
): Promise<{ readonly producers: ReadonlyMap<string, Producer>; readonly from: string }> {
  if (options.producers !== undefined) {
    return { producers: readProducersFile(options.producers), from: options.producers };
  }
  const bytes = options.hashesOnly === true ? null : await read("vkeys").catch(nullIfForbidden);
  const text = bytes === null ? null : decodeUtf8(bytes);
  const keys = text === null ? null : parseLogKeys(text);
  return { producers: keys?.producers ?? new Map<string, Producer>(), from: "the log itself" };
}

/** Other logs have no such file, and some stores refuse what is not there, rather than saying so. */
function nullIfForbidden(error: unknown): null {
  if (SignalboxError.from(error).code === "forbidden") return null;
  throw error;
}

function verifyFile(text: string, policy: Policy, options: SourceOptions): SourceVerdict {
  const parsed = parseReceipt(text);
  if (parsed.kind === "receipt") return verifyOurs(parsed.receipt, policy, options);
  if (parsed.kind === "proof") return { what: "proof", verdict: verifyProof(parsed.proof, policy, options.entry) };
  const reason = "the file is not a tlog-proof, or one of ours with wrong parts";
  return { what: "proof", verdict: { kind: "unverifiable", index: null, reason } };
}

function verifyOurs(receipt: DecisionReceipt, policy: Policy, options: SourceOptions): SourceVerdict {
  const own = parseLogKeys(formatLogKeys({ logs: [], producers: receipt.producers }))?.producers;
  const given = options.producers === undefined ? undefined : readProducersFile(options.producers);
  const checker = new EntryChecker({ producers: given ?? own ?? new Map<string, Producer>(), mayRecord });
  const verdict = verifyReceipt(receipt, { policy, checker, types: RECEIPT_TYPES });
  return { what: "receipt", verdict, producersFrom: options.producers ?? "the receipt itself" };
}

function verifyProof(proof: LogProof, policy: Policy, entryFile: string | undefined): SoundProof | Fault {
  if (entryFile === undefined) {
    throw failure(
      "invalid-request",
      "The proof does not hold the entry that it is of.",
      "Name the entry's bytes with --entry FILE.",
    );
  }
  const verdict = verifyLogProof(proof, readGivenFile(entryFile), policy);
  if (!verdict.ok) return refusal(verdict.reason, proof.index);
  return { kind: "sound", origin: verdict.log, index: proof.index, size: verdict.checkpoint.size };
}

function readPolicy({ policy, vkey }: SourceOptions): Policy {
  if (policy === undefined && vkey === undefined) {
    throw failure(
      "invalid-request",
      "Whom to trust is not said.",
      "Give --policy FILE (C2SP tlog-policy, at least `log <vkey>` and `quorum none`) or --vkey VKEY.",
    );
  }
  if (policy !== undefined && vkey !== undefined) {
    throw failure("invalid-request", "Whom to trust is said twice.", "Give --policy or --vkey.");
  }
  const text = policy === undefined ? `log ${vkey}\nquorum none\n` : readOctets(policy);
  const parsed = parsePolicy(text);
  if (parsed.ok) return parsed.policy;
  const where = policy === undefined ? "--vkey" : `${policy}, line ${parsed.line}`;
  throw failure(
    "invalid-request",
    `The policy cannot be read: ${where}: ${parsed.reason}.`,
    "See c2sp.org/tlog-policy.",
  );
}

function readProducersFile(file: string): ReadonlyMap<string, Producer> {
  const keys = parseLogKeys(readText(file));
  if (keys !== null && keys.producers.size > 0) return keys.producers;
  throw failure(
    "invalid-request",
    `${file} names no producer.`,
    "Its lines are `producer <vkey>`, like those of the log's /vkeys.",
  );
}

/** A policy's names and comments may be any bytes; those that are not UTF-8 are compared as they stand. */
function readOctets(file: string): string {
  const bytes = readGivenFile(file);
  return decodeUtf8(bytes) ?? bytes.toString("latin1");
}

function readText(file: string): string {
  const text = decodeUtf8(readGivenFile(file));
  if (text !== null) return text;
  throw failure("invalid-request", `${file} is not UTF-8.`, "Name the file as it was received, byte for byte.");
}
