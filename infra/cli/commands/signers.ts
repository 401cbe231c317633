import type { Command } from "commander";
import type { Client } from "pg";
import { does, type Cli } from "../command-context.ts";
import { EXIT, failure } from "../failure.ts";
import { withOwnerDatabase } from "../owner-database.ts";
import { formatTable } from "../format/table.ts";

type SignersOptions = { database?: string };
type RetireOptions = SignersOptions & { by: string };

type Signer = {
  readonly keyId: string;
  readonly role: "producer" | "log";
  readonly name: string;
  readonly addedAt: Date;
  readonly retiredBy: string | null;
};

const ACTOR_MAX_CHARS = 128;

const SELECT = `
  select key_id as "keyId", 'producer' as role, service as name, added_at as "addedAt", retired_by as "retiredBy"
  from ledger_producer
  union all
  select key_id, 'log', origin, added_at, retired_by from ledger_log_key
  order by role desc, name, "addedAt"`;

const RETIRE_HELP = `
From within five seconds on the ledger takes nothing that this key signs, and a leaf of the log says who retired it; the
verifier then refuses any later leaf of the key. What the key signed before stays as it is. An event that is signed by it
and still stands in the queue is kept aside, so put a new key in its place first: stop the line, remove
<home>/keys/signing/<service>.pem, and start the line again, which makes a new key and tells the ledger of it.

Example:
  npm run -s signalbox -- signers retire 0a1b2c3d4e5f60718293a4b5c6d7e8f9 --by ops@example.com`;

export function addSigners(program: Command, cli: Cli): void {
  const signers = program
    .command("signers")
    .description("The keys that sign in the register: its producers', and its own.");
  const list = withDatabase(
    signers
      .command("list")
      .description("All of them, retired ones too.")
      .addHelpText("after", "\nExample:\n  npm run -s signalbox -- signers list"),
  );
  does<SignersOptions>(list, cli, async (context) => {
    const all = await withOwnerDatabase(context.options, async (client) => (await client.query<Signer>(SELECT)).rows);
    context.print({ data: all }, () => formatSigners(all));
    return EXIT.ok;
  });
  const retire = withDatabase(
    signers
      .command("retire")
      .argument("<key-id>", "as `signers list` shows it")
      .description("Takes a producer's key the right to sign, for ever.")
      .requiredOption("--by <name>", "who does this, as the register will say it")
      .addHelpText("after", RETIRE_HELP),
  );
  does<RetireOptions>(retire, cli, async (context, keyId = "") => {
    await withOwnerDatabase(context.options, (client) => retireKey(client, keyId, context.options.by));
    context.print({ keyId, retired: true }, () => `retired ${keyId}`);
    return EXIT.ok;
  });
}

function withDatabase(command: Command): Command {
  return command.option("--database <url>", "PostgreSQL as the schema's owner (default: the home folder's)");
}

async function retireKey(client: Client, keyId: string, by: string): Promise<void> {
  if (by.length === 0 || by.length > ACTOR_MAX_CHARS) {
    throw failure("invalid-request", "--by is empty or too long.", `Write at most ${ACTOR_MAX_CHARS} characters.`);
  }
  const all = (await client.query<Signer>(SELECT)).rows;
  const key = all.find((signer) => signer.keyId === keyId);
  if (key === undefined) throw failure("not-found", `No key ${keyId} signs here.`, "See `signers list`.");
  if (key.role === "log") {
    throw failure("invalid-request", "The log's own key is retired by a rotation.", "See `ledger retire-key`.");
  }
  if (key.retiredBy !== null) {
    throw failure("unprocessable", `${key.retiredBy} has retired this key before.`, "Nothing was changed.");
  }
  const hasOther = all.some(({ role, name, retiredBy, keyId: other }) => {
    return role === "producer" && name === key.name && retiredBy === null && other !== keyId;
  });
  if (!hasOther) {
    const todo = "Give it a new key first, and start it once with it.";
    throw failure("unprocessable", `It is the only key of ${key.name}: nothing more could be recorded.`, todo);
  }
  await client.query("update ledger_producer set retired_by = $2 where key_id = $1 and retired_by is null", [
    keyId,
    by,
  ]);
}

function formatSigners(signers: readonly Signer[]): string {
  return formatTable(
    [{ title: "KEY ID" }, { title: "ROLE" }, { title: "OF" }, { title: "ADDED" }, { title: "STATE" }],
    signers.map(({ keyId, role, name, addedAt, retiredBy }) => {
      return [
        keyId,
        role,
        name,
        addedAt.toISOString().slice(0, 10),
        retiredBy === null ? "signs" : `retired by ${retiredBy}`,
      ];
    }),
  );
}
