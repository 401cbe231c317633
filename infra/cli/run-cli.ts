import { SignalboxError } from "@signalbox/proto";
import { Command, CommanderError } from "commander";
import { addBudgets } from "./commands/budgets.ts";
import { addContent } from "./commands/content.ts";
import { addCosts } from "./commands/costs.ts";
import { addDecisions } from "./commands/decisions.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addExport } from "./commands/export.ts";
import { addIdentities } from "./commands/identities.ts";
import { addFsck } from "./commands/fsck.ts";
import { addKeys } from "./commands/keys.ts";
import { addLedger } from "./commands/ledger.ts";
import { addModels } from "./commands/models.ts";
import { addPolicy } from "./commands/policy.ts";
import { addPrices } from "./commands/prices.ts";
import { addReconcile } from "./commands/reconcile.ts";
import { addRecover } from "./commands/recover.ts";
import { addReplay } from "./commands/replay.ts";
import { addStatements } from "./commands/statements.ts";
import { addSigners } from "./commands/signers.ts";
import { addTail } from "./commands/tail.ts";
import { addVerify } from "./commands/verify.ts";
import { addWitness } from "./commands/witness.ts";
import { DEFAULT_HOME } from "../home/home.ts";
import { EXIT, exitCodeOf, renderFailure, type ExitCode } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

const ADD_COMMANDS = [
  addDecisions,
  addReplay,
  addContent,
  addTail,
  addVerify,
  addExport,
  addFsck,
  addRecover,
  addSigners,
  addWitness,
  addLedger,
  addKeys,
  addIdentities,
  addBudgets,
  addCosts,
  addStatements,
  addPrices,
  addReconcile,
  addModels,
  addPolicy,
  addDoctor,
];

const EXAMPLES = `
Examples:
  npm run -s signalbox -- decisions list --limit 5
  npm run -s signalbox -- decisions show 0199f0a2-5f1c-7c3e-9a64-0d8f1b2c3d4e
  npm run -s signalbox -- tail --type outcome
  npm run -s signalbox -- verify --json

Rights go by a key's role: infra/config/IDENTITY.md. The first start's admin key has all of them.

Exit codes: 0 all is well; 1 the thing asked about failed; 2 wrong usage, or it could not be asked.`;

/** Runs one command line. `args` are the words after the program's name; the result is the process's exit code. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const json = args.includes("--json");
  const program = baseProgram(terminal, json);
  for (const add of ADD_COMMANDS) add(program, { terminal, finish: (code) => void (exitCode = code) });
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      terminal.err(renderFailure(error, json));
      return exitCodeOf(error);
    }
    if (error.exitCode === 0) return EXIT.ok;
    if (json) terminal.err(renderFailure(new SignalboxError("invalid-request", usageProblem(error)), true));
    return EXIT.unable;
  }
}

/** For JSON, in one line: the parser's own words begin with what every line of it begins with, and are none where a command is missing. */
function usageProblem({ code, message }: CommanderError): string {
  if (code === "commander.help") return "A command is missing: --help names those that there are.";
  return message.replace(/^error: /, "").replaceAll("\n", " ");
}

function baseProgram(terminal: Terminal, json: boolean): Command {
  return new Command("signalbox")
    .description("Looks at a running Signalbox: its decisions, its register, its keys and models.")
    .option("--home <dir>", "folder with the line's state", DEFAULT_HOME)
    .option("--url <url>", "base URL of the line (env SIGNALBOX_URL)")
    .option("--key <key>", "API key to speak with (env SIGNALBOX_ADMIN_KEY); the home folder's admin key by default")
    .option("--json", "print JSON on stdout, and errors as one JSON line on stderr")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => (json ? undefined : terminal.err(text.trimEnd())),
    })
    .showHelpAfterError("Add --help for what this command takes.")
    .exitOverride()
    .addHelpText("after", EXAMPLES);
}
