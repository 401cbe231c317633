import { existsSync } from "node:fs";
import { join } from "node:path";
import { decodeUtf8, parseLogKeys, type Producer } from "@signalbox/tlog";
import type { Command } from "commander";
import { does, type Cli, type CommandContext } from "../command-context.ts";
import { EXIT, failure, type ExitCode } from "../failure.ts";
import { describeFault, describeVerdict } from "../verify/describe-verdict.ts";
import type { LogSource } from "../verify/ledger-source.ts";
import { LogVerifier, type SignedHead, type Verdict } from "../verify/log-verifier.ts";
import { readLogVkey, readProducers } from "../verify/producer-keys.ts";
import { readUrl } from "../verify/source-files.ts";
import type { CopyReplay } from "../verify/replay-copy.ts";
import { refuseOptions } from "../verify/refuse-options.ts";
import { uncheckedOfIds } from "../verify/unchecked.ts";
import { verifySource, type SourceOptions } from "../verify/verify-source.ts";

const PROGRESS_EVERY = 1_000;
const EXIT_CODES = { sound: EXIT.ok, tampered: EXIT.failed, unverifiable: EXIT.unable } as const;

type VerifyOptions = SourceOptions & { keys?: string };

type Verified = {
  readonly verdict: Verdict;
  readonly leavesRead: number;
  readonly vkey: string;
  readonly vkeyFrom: string;
  /** What the register may hold, and nobody has checked. */
  readonly unchecked: readonly string[];
};

const HELP = `
Without a source, the running line's register is read through its ledger and checked: indexes are dense, each leaf is
signed by a service whose type of event it is, no event stands twice, and the tree over exactly these bytes has the root
of the signed checkpoint. It needs the home folder's operator token and keys; a service's older key, which the folder
does not have any more, counts from the leaf on by which the register says that it was registered.

With a source, nothing of a line is needed. A folder or a URL holds any C2SP tlog-tiles log: every entry, every tile and
the checkpoint are checked against each other and against the policy, and entries of Signalbox for their producers'
signatures too, and the documents that they name (policy, catalogue, engine, …) against their digests; one that is not
there is told, and ends --replay with 2. The keys that a log names for itself (vkeys) are held against the entries that
register, rotate and retire them. What could not be checked is named under \`unchecked\`. A .tlog-proof file is a receipt of
one decision; one of another log needs --entry. The policy is a C2SP tlog-policy file; for a log without witnesses two
lines are enough: \`log <vkey>\` and \`quorum none\`. A log that was pruned, which the standard allows, cannot be verified:
its first entries are missing.

Exits with 0 when all holds, 1 when something was tampered with (the first bad index is named), 2 when it could not be
verified.

Examples:
  npm run -s signalbox -- verify
  npm run -s signalbox -- verify ./export --policy policy.txt --since last-month.checkpoint
  npm run -s signalbox -- verify https://log.example/register --policy policy.txt --json
  npm run -s signalbox -- verify decision.tlog-proof --vkey 'signalbox.local/register+0a1b2c3d+AbCd…'`;

export function addVerify(program: Command, cli: Cli): void {
  const verify = program
    .command("verify")
    .description("Checks a register, a copy of one, or the receipt of a decision.")
    .argument("[source]", "a folder, a URL or a .tlog-proof file (default: the running line)")
    .option("--policy <file>", "C2SP tlog-policy: whose checkpoints and which cosignatures you ask for")
    .option(
      "--vkey <vkey>",
      "the log's verifier key that you trust, in place of a policy (running line: log.pem in --keys)",
    )
    .option("--since <file>", "an older checkpoint of the log that you kept: it must be a prefix")
    .option("--producers <file>", "the producers' keys that you trust (default: those that the source names)")
    .option("--entry <file>", "the entry's bytes, for a proof that does not hold them")
    .option("--token-file <file>", "a bearer token for a URL that shows entries to auditors alone")
    .option("--hashes-only", "check the tree and not what entries say of themselves")
    .option(
      "--replay",
      "run every decision of the copy again: this runs the engines that it names, so trust the log first",
    )
    .option("--keys <dir>", "running line: folder with the services' and the log's keys (default: <home>/keys/signing)")
    .addHelpText("after", HELP);
  does<VerifyOptions>(verify, cli, async (context, source) => {
    return source === undefined ? await verifyLine(context) : await verifyApart(context, source);
  });
}

async function verifyLine(context: CommandContext<VerifyOptions>): Promise<ExitCode> {
  refuseOptions("the running line", context.options);
  using source = await openSource(context);
  const verified = await verifyLog(context, source);
  context.print(asJson(verified), () => describe(verified));
  return EXIT_CODES[verified.verdict.kind];
}

async function verifyApart(context: CommandContext<VerifyOptions>, source: string): Promise<ExitCode> {
  const { options, terminal } = context;
  const result = await verifySource(source, options, terminal);
  const { verdict, ...rest } = result;
  context.print({ source, ...rest, ...verdict }, () => describeVerdict(result));
  if (result.what !== "log" || result.verdict.kind !== "sound") return EXIT_CODES[verdict.kind];
  return result.replay === null ? EXIT.ok : exitCodeOfReplay(result.replay, result.verdict.documents?.missing ?? 0);
}

function exitCodeOfReplay({ different, failed }: CopyReplay, missing: number): ExitCode {
  if (different.length > 0) return EXIT.failed;
  return failed.length > 0 || missing > 0 ? EXIT.unable : EXIT.ok;
}

async function openSource({ connect, terminal }: CommandContext<VerifyOptions>): Promise<LogSource> {
  const { home, runtime } = connect().connection;
  const address = runtime?.grpc?.ledger;
  if (address === undefined) {
    throw failure(
      "stage-unavailable",
      `The ledger's address is not in ${join(home, "run", "runtime.json")}.`,
      "Start the line with `npm start`, and name its folder with --home DIR.",
    );
  }
  const tokenFile = join(home, "keys", "grpc", "operator.token");
  if (!existsSync(tokenFile)) {
    throw failure(
      "forbidden",
      `There is no operator token at ${tokenFile}.`,
      "Run this as the user who started the line, with its --home DIR.",
    );
  }
  // The gRPC client is slow to load, and no other command needs it.
  const { ledgerSource } = await import("../verify/ledger-source.ts");
  return ledgerSource(address, tokenFile, terminal.stop);
}

async function verifyLog(context: CommandContext<VerifyOptions>, source: LogSource): Promise<Verified> {
  const { options, connect, terminal } = context;
  const folder = options.keys ?? join(connect().connection.home, "keys", "signing");
  const producers = readProducers(folder);
  if (producers.size === 0) {
    throw failure("forbidden", `No service's key can be read in ${folder}.`, "Name the folder with --keys DIR.");
  }
  const verifier = new LogVerifier(producers, await namedKeys(context));
  const head = await source.head();
  for await (const leaf of source.leaves(head.size)) {
    if (verifier.add(leaf) !== null) break;
    if (verifier.size % PROGRESS_EVERY === 0) terminal.progress(`${verifier.size} of ${head.size} leaves`);
  }
  terminal.stop.throwIfAborted();
  const trusted = trustedVkey(options.vkey, folder, head);
  const verdict = verifier.finish({ note: head.note, vkey: trusted.vkey });
  const unchecked = verdict.kind === "sound" ? uncheckedOfIds(verifier.size) : [];
  return { verdict, leavesRead: verifier.size, unchecked, ...trusted };
}

/** Producers' keys that the line's register names, retired ones among them; none where it cannot be asked. */
async function namedKeys({ connect, terminal }: CommandContext<VerifyOptions>): Promise<ReadonlyMap<string, Producer>> {
  const url = connect().connection.runtime?.registerUrl;
  const bytes = url === undefined ? null : await readUrl(url, terminal.stop, null)("vkeys").catch(() => null);
  const text = bytes === null ? null : decodeUtf8(bytes);
  return (text === null ? null : parseLogKeys(text))?.producers ?? new Map<string, Producer>();
}

/** A key that the ledger names for itself shows damage, but not a register that was replaced together with its key. */
function trustedVkey(given: string | undefined, folder: string, head: SignedHead): { vkey: string; vkeyFrom: string } {
  if (given !== undefined) return { vkey: given, vkeyFrom: "--vkey" };
  const vkey = readLogVkey(folder, head.note);
  return vkey === null
    ? { vkey: head.vkey, vkeyFrom: "the ledger itself" }
    : { vkey, vkeyFrom: join(folder, "log.pem") };
}

function asJson({ verdict, ...rest }: Verified): object {
  return { ...verdict, ...rest };
}

function describe({ verdict, vkey, vkeyFrom, unchecked }: Verified): string {
  if (verdict.kind !== "sound") return describeFault(verdict);
  return [
    `sound: ${verdict.size} leaves of ${verdict.origin}`,
    `root  ${verdict.rootHex}, as the checkpoint signs it`,
    `key   ${vkey} (from ${vkeyFrom})`,
    "Every leaf carries its producer's signature, indexes are dense, no event stands twice.",
    ...unchecked.map((what) => `unchecked  ${what}`),
  ].join("\n");
}
