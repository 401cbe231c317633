import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { does, type Cli, type CommandContext } from "../command-context.ts";
import { EXIT, failure } from "../failure.ts";
import type { LogSource } from "../verify/ledger-source.ts";
import { LogVerifier, type Verdict } from "../verify/log-verifier.ts";
import { readLogVkey, readProducers } from "../verify/producer-keys.ts";

const PROGRESS_EVERY = 1_000;
const EXIT_CODES = { sound: EXIT.ok, tampered: EXIT.failed, unverifiable: EXIT.unable } as const;

type VerifyOptions = { vkey?: string; keys?: string };

type Verified = {
  readonly verdict: Verdict;
  readonly leavesRead: number;
  readonly vkey: string;
  readonly vkeyFrom: string;
};

export function addVerify(program: Command, cli: Cli): void {
  const verify = program
    .command("verify")
    .description("Reads the whole register and checks it against its signed checkpoint.")
    .option("--vkey <vkey>", "the log's verifier key that you trust (default: the public half of log.pem in --keys)")
    .option("--keys <dir>", "folder with the services' and the log's keys as PEM (default: <home>/keys/signing)")
    .addHelpText(
      "after",
      "\nChecks that indexes are dense, that each leaf is signed by a service whose type of event it is, that no event\n" +
        "stands twice, and that the tree over exactly these bytes has the root of the checkpoint, which the log has\n" +
        "signed. The first bad index is named. It needs the running ledger and the home folder's operator token and keys.\n" +
        "Inclusion and consistency proofs for third parties, and a verifier of exported bundles that needs no running\n" +
        "line, are not there yet.\n\n" +
        "Exits with 0 when all holds, 1 when something was tampered with, 2 when it could not be verified.\n\n" +
        "Examples:\n  npm run -s signalbox -- verify\n" +
        "  npm run -s signalbox -- verify --vkey 'signalbox.local/log+0a1b2c3d+AbCd…' --json",
    );
  does<VerifyOptions>(verify, cli, async (context) => {
    using source = await openSource(context);
    const verified = await verifyLog(context, source);
    context.print(asJson(verified), () => describe(verified));
    return EXIT_CODES[verified.verdict.kind];
  });
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
  const verifier = new LogVerifier(producers);
  const head = await source.head();
  for await (const leaf of source.leaves(head.size)) {
    if (verifier.add(leaf) !== null) break;
    if (verifier.size % PROGRESS_EVERY === 0) terminal.progress(`${verifier.size} of ${head.size} leaves`);
  }
  terminal.stop.throwIfAborted();
  const trusted = trustedVkey(options.vkey, folder, head.vkey);
  return { verdict: verifier.finish({ note: head.note, vkey: trusted.vkey }), leavesRead: verifier.size, ...trusted };
}

/** A key that the ledger names for itself shows damage, but not a register that was replaced together with its key. */
function trustedVkey(given: string | undefined, folder: string, named: string): { vkey: string; vkeyFrom: string } {
  if (given !== undefined) return { vkey: given, vkeyFrom: "--vkey" };
  const vkey = readLogVkey(folder, named.slice(0, named.indexOf("+")));
  return vkey === null ? { vkey: named, vkeyFrom: "the ledger itself" } : { vkey, vkeyFrom: join(folder, "log.pem") };
}

function asJson({ verdict, ...rest }: Verified): object {
  return { ...verdict, ...rest };
}

function describe({ verdict, vkey, vkeyFrom }: Verified): string {
  if (verdict.kind === "unverifiable") return `could not verify: ${verdict.reason}`;
  if (verdict.kind === "tampered") {
    return `TAMPERED${verdict.index === null ? "" : ` at index ${verdict.index}`}: ${verdict.reason}`;
  }
  return [
    `sound: ${verdict.size} leaves of ${verdict.origin}`,
    `root  ${verdict.rootHex}, as the checkpoint signs it`,
    `key   ${vkey} (from ${vkeyFrom})`,
    "Every leaf carries its producer's signature, indexes are dense, no event stands twice.",
  ].join("\n");
}
