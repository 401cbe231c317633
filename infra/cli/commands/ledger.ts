import { join, resolve } from "node:path";
import type { Command } from "commander";
import { does, type Cli, type CommandContext } from "../command-context.ts";
import { EXIT } from "../failure.ts";
import { withOwnerDatabase } from "../owner-database.ts";
import { accountName } from "../../process/operator-name.ts";
import { LogKeyFile } from "../ledger/log-key-file.ts";
import type { KeyChange, SaidChange } from "../ledger/rotate-log-key.ts";

type LedgerOptions = { database?: string; by?: string };

const HELP = `
A rotation has two steps, as far apart as those who verify the log need to learn of the new key:

  rotate-key   makes a new key. The log says so in a leaf that both keys have signed, and from then on both sign every
               checkpoint: whoever knows one of them can verify.
  retire-key   the log says that the outgoing key is retired, and only the new one signs what covers that leaf.

Nothing is stopped meanwhile. Give the new verifier key to witnesses and to whoever keeps a policy before the second step.

Examples:
  npm run -s signalbox -- ledger rotate-key
  npm run -s signalbox -- ledger retire-key --by 'ops: yearly rotation'`;

export function addLedger(program: Command, cli: Cli): void {
  const ledger = program.command("ledger").description("The key that signs the register's checkpoints.");
  addChange(ledger, cli, {
    name: "rotate-key",
    description: "Gives the log a new key beside the one that it has.",
    run: async (change) => (await import("../ledger/rotate-log-key.ts")).rotateLogKey(change),
    describe: ({ vkey, index }) => [
      `the new verifier key is ${vkey}`,
      index === null
        ? "The ledger was told of it; it signs with both keys as soon as it runs."
        : `Leaf ${index} says so; checkpoints over it are signed by both keys.`,
    ],
  });
  addChange(ledger, cli, {
    name: "retire-key",
    description: "Ends a rotation: the outgoing key signs no more.",
    run: async (change) => (await import("../ledger/rotate-log-key.ts")).retireLogKey(change),
    describe: ({ vkey, index }) => [
      `retired ${vkey}`,
      index === null
        ? "The ledger was told so; run this again when it runs, and the key leaves its file."
        : `Leaf ${index} says so; checkpoints over it are signed by the new key alone.`,
    ],
  });
}

type Step = {
  readonly name: string;
  readonly description: string;
  readonly run: (change: KeyChange) => Promise<SaidChange>;
  readonly describe: (said: SaidChange) => string[];
};

function addChange(ledger: Command, cli: Cli, { name, description, run, describe }: Step): void {
  const command = ledger
    .command(name)
    .description(description)
    .option("--database <url>", "PostgreSQL as the schema's owner (default: the home folder's)")
    .option("--by <who>", "who does it, as the log says for ever (default: your user name)")
    .addHelpText("after", HELP);
  does<LedgerOptions>(command, cli, async (context) => {
    const said = await withChange(context, run);
    context.print(said, () => describe(said).join("\n"));
    return EXIT.ok;
  });
}

async function withChange(
  { options }: CommandContext<LedgerOptions>,
  run: (change: KeyChange) => Promise<SaidChange>,
): Promise<SaidChange> {
  const by = (options.by ?? accountName()).slice(0, 128);
  const file = new LogKeyFile(join(resolve(options.home), "keys", "signing"));
  return withOwnerDatabase(options, (client) => run({ client, file, by }));
}
