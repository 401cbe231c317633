import { join, resolve } from "node:path";
import { parseVkey, type NoteVerifier } from "@signalbox/tlog";
import type { Command } from "commander";
import { does, type Cli, type CommandContext } from "../command-context.ts";
import { EXIT, failure } from "../failure.ts";
import type { CheckedRegister } from "../fsck/check-register.ts";
import { FSCK_CHECKS, type FsckCheck } from "../fsck/finding.ts";
import { rememberedHead } from "../fsck/signed-head-file.ts";
import { LogKeyFile } from "../ledger/log-key-file.ts";
import { withOwnerDatabase } from "../owner-database.ts";

type FsckOptions = { database?: string; vkey?: string };

const HELP = `
Reads the database itself, in one snapshot and without the ledger: every leaf against its hash, its producer's signature
and each column beside it; event ids, outcomes, the numbers of producers and what searches skip blocks by against the
leaves, labels against the digests in them, and that witnessed sizes belong to some; the keys that leaves register,
rotate and retire; the tree's nodes, every checkpoint and the head against the tree; and the head against what was signed
last, which is remembered in the home folder. What it could not check is named under \`unchecked\`. It changes nothing. It
does not look at the witnesses' signatures, which \`verify\` checks, or at documents and quarantined events.

Exits with 0 when all holds, 1 when something does not, 2 when it could not be looked at.

Examples:
  npm run -s signalbox -- fsck
  npm run -s signalbox -- fsck --database postgres://signalbox_owner:…@db.example/signalbox --json`;

export function addFsck(program: Command, cli: Cli): void {
  const command = program
    .command("fsck")
    .description("Checks the register's database against its tree.")
    .option("--database <url>", "PostgreSQL as the schema's owner (default: the home folder's)")
    .option("--vkey <vkey>", "the log's verifier key (default: those of <home>/keys/signing, the retired ones too)")
    .addHelpText("after", HELP);
  does<FsckOptions>(command, cli, async (context) => {
    const checked = await check(context);
    const { findings, ...rest } = checked;
    const counts = Object.fromEntries(findings.counts);
    context.print({ ...rest, counts, findings: findings.listed }, () => describe(checked));
    return findings.counts.size === 0 ? EXIT.ok : EXIT.failed;
  });
}

async function check({ options, terminal }: CommandContext<FsckOptions>): Promise<CheckedRegister> {
  const home = resolve(options.home);
  const { checkRegister } = await import("../fsck/check-register.ts");
  return withOwnerDatabase(options, async (client) => {
    const { rows } = await client.query<{ origin: string | null }>("select origin from ledger_head");
    const origin = rows[0]?.origin ?? null;
    const verifiers = verifiersOf(options.vkey, { home, origin });
    const signed = await rememberedHead(join(home, "ledger", "signed-head.json"), origin);
    const checked = await checkRegister({
      client,
      verifiers,
      signedHead: signed.kind === "read" ? signed.head : null,
      onProgress: (leaves, size) => {
        terminal.stop.throwIfAborted();
        terminal.progress(`${leaves} of ${size} leaves`);
      },
    });
    const unchecked = {
      ...checked.unchecked,
      ...(verifiers.length > 0 ? {} : { checkpoints: "who signed them: no key of the log is at hand (--vkey)" }),
      ...(signed.kind === "read" ? {} : { signed: `what was signed last: ${signed.reason}` }),
    };
    return { ...checked, unchecked };
  });
}

/** Checkpoints of before a rotation are signed by the key of that time. */
function verifiersOf(
  given: string | undefined,
  { home, origin }: { readonly home: string; readonly origin: string | null },
): NoteVerifier[] {
  const own = (): string[] => (origin === null ? [] : new LogKeyFile(join(home, "keys", "signing")).vkeys(origin));
  return (given === undefined ? own() : [given]).map((vkey) => {
    const parsed = parseVkey(vkey);
    if (parsed.ok) return parsed.verifier;
    throw failure("invalid-request", `The verifier key is ${parsed.reason}.`, "Write it like <name>+<id>+<base64>.");
  });
}

function describe({ findings, leaves, rootHex, unchecked }: CheckedRegister): string {
  const checks = Object.entries(FSCK_CHECKS).map(([name, what]) => {
    const count = findings.counts.get(name as FsckCheck) ?? 0;
    const missing = unchecked[name as FsckCheck];
    if (count > 0) return `FAIL  ${name.padEnd(11)}  ${count} found`;
    return missing === undefined
      ? `ok    ${name.padEnd(11)}  ${what}`
      : `—     ${name.padEnd(11)}  unchecked: ${missing}`;
  });
  const listed = findings.listed.map(({ check: name, index, detail }) => {
    return `${name}${index === null ? "" : ` at index ${index}`}: ${detail}`;
  });
  return [`${leaves} leaves, root ${rootHex}`, ...checks, ...listed].join("\n");
}
