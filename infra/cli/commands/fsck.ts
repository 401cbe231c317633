import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseVkey, type NoteVerifier } from "@signalbox/tlog";
import type { Command } from "commander";
import { does, type Cli, type CommandContext } from "../command-context.ts";
import { EXIT, failure } from "../failure.ts";
import type { CheckedRegister, SignedHead } from "../fsck/check-register.ts";
import { FSCK_CHECKS, type FsckCheck } from "../fsck/finding.ts";
import { LogKeyFile } from "../ledger/log-key-file.ts";
import { withOwnerDatabase } from "../owner-database.ts";

type FsckOptions = { database?: string; vkey?: string };

const HELP = `
Reads the database itself, in one snapshot and without the ledger: every leaf against its hash, its producer's signature
and the columns beside it; event ids and outcomes against the leaves; the tree's nodes, every checkpoint and the head
against the tree; and the head against what was signed last, which is remembered in the home folder. It changes nothing.

Exits with 0 when all holds, 1 when something does not, 2 when it could not be looked at.

Examples:
  npm run -s signalbox -- fsck
  npm run -s signalbox -- fsck --database postgres://signalbox_owner:…@db.example/signalbox --json`;

export function addFsck(program: Command, cli: Cli): void {
  const command = program
    .command("fsck")
    .description("Checks the register's database against its tree.")
    .option("--database <url>", "PostgreSQL as the schema's owner (default: the running line's)")
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
    return checkRegister({
      client,
      verifiers: verifiersOf(options.vkey, { home, origin: rows[0]?.origin ?? null }),
      signedHead: readSignedHead(join(home, "ledger", "signed-head.json")),
      onProgress: (leaves, size) => {
        terminal.stop.throwIfAborted();
        terminal.progress(`${leaves} of ${size} leaves`);
      },
    });
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

function readSignedHead(file: string): SignedHead | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as SignedHead;
  } catch {
    return null;
  }
}

function describe({ findings, leaves, rootHex }: CheckedRegister): string {
  const checks = Object.entries(FSCK_CHECKS).map(([name, what]) => {
    const count = findings.counts.get(name as FsckCheck) ?? 0;
    return `${count === 0 ? "ok  " : "FAIL"}  ${name.padEnd(11)}  ${count === 0 ? what : `${count} found`}`;
  });
  const listed = findings.listed.map(({ check: name, index, detail }) => {
    return `${name}${index === null ? "" : ` at index ${index}`}: ${detail}`;
  });
  return [`${leaves} leaves, root ${rootHex}`, ...checks, ...listed].join("\n");
}
