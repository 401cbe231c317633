import { Command, CommanderError, InvalidArgumentError } from "commander";
import { DEFAULT_HOME } from "../home/home.ts";
import { DEFAULT_PORT } from "./choose-ports.ts";

export type StartOptions = {
  readonly home: string;
  readonly port: number;
  readonly config?: string;
  readonly json: boolean;
  readonly singleProcess: boolean;
  readonly demo: boolean;
};

const PORT_MAX = 65_535;

/** Reads the command line of `npm start`; an exit code instead when it asked for help or cannot be understood. */
export function parseLineOptions(args: readonly string[]): StartOptions | { readonly exitCode: number } {
  const program = new Command("npm start --")
    .description("Starts Signalbox: PostgreSQL, NATS and all services, over one folder.")
    .option("--home <dir>", "folder that holds all state", parseHome, DEFAULT_HOME)
    .option("--port <n>", "port of the HTTP API; 0 picks free ports for everything", parsePort, DEFAULT_PORT)
    .option("--config <file>", "YAML file, see infra/config/REFERENCE.md; without it every field takes its default")
    .option("--json", "print one JSON line on stdout when ready, and all else on stderr", false)
    .option("--single-process", "run all services in one process", false)
    .option("--no-demo", "send no demonstration request")
    .allowExcessArguments(false)
    .showHelpAfterError("Add --help for what there is.")
    .exitOverride();
  try {
    return program.parse(args, { from: "user" }).opts<StartOptions>();
  } catch (error) {
    if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? 0 : 2 };
    throw error;
  }
}

/** Refuses an empty path, as from an unset variable in a script, which would mean the current folder. */
function parseHome(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("a folder has a name.");
  return text;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > PORT_MAX)
    throw new InvalidArgumentError(`a port is a number from 0 to ${PORT_MAX}.`);
  return port;
}
