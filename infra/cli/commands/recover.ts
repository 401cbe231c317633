import { join, resolve } from "node:path";
import type { Command } from "commander";
import { does, type Cli, type CommandContext } from "../command-context.ts";
import { EXIT, failure } from "../failure.ts";
import { withOwnerDatabaseUrl } from "../owner-database.ts";
import type { Recovered } from "../recover/recover-register.ts";
import { readLogVkey } from "../verify/producer-keys.ts";
import { readFolder } from "../verify/source-files.ts";
import { verifySource } from "../verify/verify-source.ts";

type RecoverCommandOptions = { database?: string; vkey?: string };

const HELP = `
A register that was put back to an older state is not appended to: what was signed since would be signed a second time,
over other leaves. With a copy of the log (\`export\`) it is brought back to where it was. The copy is verified first, the
register must be its beginning, and the leaves that are missing are appended as they were, so that the tree is the one
that was signed. Keys that were added and retired since are so again. Where no line runs, as \`npm start\` refuses to over such a register, PostgreSQL is started for so long; a
ledger that runs goes on by itself when the register reaches what it signed last.

Labels in plain text, quarantined events, and what was committed after the copy was made are not in it. Content and
labels that were erased since the backup are there again, and must be erased again. When what was
signed last lies beyond every copy, those leaves are lost, and the log cannot go on under its name: start another one,
with a database and a \`register.origin\` of its own, and keep this one for reading.

Example:
  npm run -s signalbox -- recover ./register-2026-11`;

const TAKE_ANOTHER =
  "Nothing was changed. Take another copy, or where the log's key was rotated after this folder was copied, put the newer " +
  "log.pem into its keys/signing first.";

export function addRecover(program: Command, cli: Cli): void {
  const command = program
    .command("recover")
    .description("Appends to a register that was put back what a copy of the log holds beyond its end.")
    .argument("<dir>", "a whole export of the log")
    .option("--database <url>", "PostgreSQL as the schema's owner (default: the home folder's)")
    .option("--vkey <vkey>", "the log's verifier key (default: the public half of <home>/keys/signing/log.pem)")
    .addHelpText("after", HELP);
  does<RecoverCommandOptions>(command, cli, async (context, dir = "") => {
    const recovered = await recover(context, dir);
    const { root, ...rest } = recovered;
    context.print({ ...rest, rootHex: root.toString("hex") }, () => describe(recovered));
    return EXIT.ok;
  });
}

async function recover(context: CommandContext<RecoverCommandOptions>, dir: string): Promise<Recovered> {
  const { options, terminal } = context;
  const home = resolve(options.home);
  const read = readFolder(dir);
  const checkpoint = Buffer.from((await read("checkpoint")) ?? "").toString("utf8");
  if (checkpoint === "") {
    throw failure("invalid-request", `There is no checkpoint in ${dir}.`, "Name a folder that `export` has written.");
  }
  const vkey = options.vkey ?? readLogVkey(join(home, "keys", "signing"), checkpoint);
  if (vkey === null) throw failure("invalid-request", "No key of the log is at hand.", "Give it with --vkey VKEY.");
  const { verdict } = await verifySource(dir, { vkey }, terminal);
  if (verdict.kind !== "sound" || !("origin" in verdict)) {
    const reason = "reason" in verdict ? verdict.reason : "it is not a log";
    throw failure("unprocessable", `The copy does not verify: ${reason}.`, TAKE_ANOTHER);
  }
  // The database's driver is slow to load, and few commands need it.
  const { recoverRegister } = await import("../recover/recover-register.ts");
  const onProgress = (leaves: number): void => terminal.progress(`${leaves} of ${verdict.size} leaves`);
  const { origin: name, size } = verdict;
  return withOwnerDatabaseUrl(options, (database) =>
    recoverRegister({ database, origin: name, read, size, onProgress }),
  );
}

function describe({ before, size, root, documents, keys }: Recovered): string {
  return [
    `${size - before} leaves put back: the register has ${size}, as the copy`,
    `root ${root.toString("hex")}`,
    `${documents} documents that it did not hold any more`,
    `${keys} changes of keys that it did not know any more`,
  ].join("\n");
}
