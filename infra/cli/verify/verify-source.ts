import { statSync, type Stats } from "node:fs";
import { PAYLOAD_TYPES } from "@signalbox/proto";
import {
  EntryChecker,
  formatLogKeys,
  parseLogKeys,
  parseReceipt,
  proofFault,
  verifyLogProof,
  verifyReceipt,
  type DecisionReceipt,
  type Fault,
  type LogProof,
  type Policy,
  type Producer,
  type ReceiptVerdict,
} from "@signalbox/tlog";
import { failure } from "../failure.ts";
import type { Terminal } from "../terminal.ts";
import { readManifest } from "./export-manifest.ts";
import { mayRecord } from "./may-record.ts";
import { refuseOptions } from "./refuse-options.ts";
import { isUrl, readFolder, readGivenFile, readUrl } from "./source-files.ts";
import { readPolicy, readProducersFile, readText } from "./trusted-files.ts";
import { uncheckedOfReceipt } from "./unchecked.ts";
import { verifyCopy, type Copy, type CopyVerdict } from "./verify-copy.ts";

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
type SoundProof = {
  readonly kind: "sound";
  readonly origin: string;
  readonly index: number;
  readonly size: number;
};

export type SourceVerdict =
  | CopyVerdict
  | {
      readonly what: "receipt";
      readonly verdict: ReceiptVerdict;
      readonly producersFrom: string;
      readonly unchecked: readonly string[];
    }
  | { readonly what: "proof"; readonly verdict: SoundProof | Fault };

/** Verifies a folder, a URL or a `.tlog-proof` file without a line, a database, or for files a network. */
export async function verifySource(source: string, options: SourceOptions, terminal: Terminal): Promise<SourceVerdict> {
  const policy = readPolicy(options);
  if (isUrl(source)) {
    refuseOptions("a URL", options);
    const token = options.tokenFile === undefined ? null : readText(options.tokenFile).trim();
    const read = readUrl(source, terminal.stop, token);
    return verifyCopy({ ...trustOf(options, policy), read, terminal, manifest: null });
  }
  if (lookAt(source).isDirectory()) {
    refuseOptions("a folder", options);
    const read = readFolder(source);
    return verifyCopy({ ...trustOf(options, policy), read, terminal, manifest: await readManifest(read) });
  }
  refuseOptions("a .tlog-proof file", options);
  return verifyFile(readText(source), policy, options);
}

function lookAt(source: string): Stats {
  try {
    return statSync(source);
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === "ENOENT" ? "is not there" : `cannot be read: ${String(error)}`;
    throw failure("invalid-request", `${source} ${why}.`, "Name a folder, a URL or a .tlog-proof file.");
  }
}

function trustOf(options: SourceOptions, policy: Policy): Omit<Copy, "read" | "terminal" | "manifest"> {
  const { producers: file, since, hashesOnly = false, replay = false } = options;
  if (file !== undefined && hashesOnly) {
    throw failure("invalid-request", "--producers is not for --hashes-only.", "With it no signature is looked at.");
  }
  return {
    policy,
    since: since === undefined ? undefined : readText(since),
    producers: file === undefined ? null : { keys: readProducersFile(file), file },
    hashesOnly,
    replay,
  };
}

function verifyFile(text: string, policy: Policy, options: SourceOptions): SourceVerdict {
  const parsed = parseReceipt(text);
  if (parsed.kind === "receipt") return verifyOurs(parsed.receipt, policy, options);
  if (parsed.kind === "proof") return { what: "proof", verdict: verifyProof(parsed.proof, policy, options) };
  const reason = "the file is not a tlog-proof, or one of ours with wrong parts";
  return { what: "proof", verdict: { kind: "unverifiable", index: null, reason } };
}

function verifyOurs(receipt: DecisionReceipt, policy: Policy, options: SourceOptions): SourceVerdict {
  const own = parseLogKeys(formatLogKeys({ logs: [], producers: receipt.producers }))?.producers;
  const given = options.producers === undefined ? undefined : readProducersFile(options.producers);
  const checker = new EntryChecker({ producers: given ?? own ?? new Map<string, Producer>(), mayRecord });
  const verdict =
    otherEntry(receipt, options.entry) ?? verifyReceipt(receipt, { policy, checker, types: RECEIPT_TYPES });
  const unchecked = verdict.kind === "sound" ? uncheckedOfReceipt(receipt, given === undefined) : [];
  return { what: "receipt", verdict, producersFrom: options.producers ?? "the receipt itself", unchecked };
}

/** Who has the entry asks about that one, whatever the receipt holds. */
function otherEntry({ decision }: DecisionReceipt, file: string | undefined): Fault | null {
  if (file === undefined || readGivenFile(file).equals(decision.entry)) return null;
  return { kind: "tampered", index: decision.index, reason: `${file} is not the entry that the receipt is of` };
}

function verifyProof(proof: LogProof, policy: Policy, { entry, producers }: SourceOptions): SoundProof | Fault {
  if (producers !== undefined) {
    const todo = "Nothing is known of another application's entries.";
    throw failure("invalid-request", "--producers is not for the proof of such an entry.", todo);
  }
  if (entry === undefined) {
    throw failure(
      "invalid-request",
      "The proof does not hold the entry that it is of.",
      "Name the entry's bytes with --entry FILE.",
    );
  }
  const verdict = verifyLogProof(proof, readGivenFile(entry), policy);
  if (!verdict.ok) return proofFault(verdict.reason, proof.index);
  return { kind: "sound", origin: verdict.log, index: proof.index, size: verdict.checkpoint.size };
}
