import type { Command } from "commander";
import { createApiClient, type ApiClient } from "./api-client.ts";
import { resolveConnection, type Connection, type GlobalOptions } from "./connection.ts";
import type { ExitCode } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

/** What every command is given. */
export type CommandContext<Options> = {
  readonly terminal: Terminal;
  readonly options: Options & GlobalOptions;
  /** Prints the answer: as one JSON document with --json, else as text. */
  readonly print: (value: unknown, text: () => string) => void;
  /** Where the line is and as whom to speak; throws when neither options, environment nor home folder say so. */
  readonly connect: () => { api: ApiClient; connection: Connection };
};

/** The program that a command is added to. */
export type Cli = { readonly terminal: Terminal; readonly finish: (code: ExitCode) => void };

/** Gives a command its work; positional arguments come as strings, as `commander` has checked them. */
export function does<Options>(
  command: Command,
  cli: Cli,
  work: (context: CommandContext<Options>, ...args: string[]) => Promise<ExitCode>,
): Command {
  return command.action(async (...given: unknown[]) => {
    // commander appends the options and the command itself to the declared arguments.
    const args = given.slice(0, -2) as string[];
    const options = command.optsWithGlobals<Options & GlobalOptions>();
    const { terminal } = cli;
    const context: CommandContext<Options> = {
      terminal,
      options,
      print: (value, text) => terminal.out(options.json === true ? JSON.stringify(value, null, 2) : text()),
      connect: () => {
        const connection = resolveConnection(options, terminal.env);
        return { connection, api: createApiClient(connection, terminal.stop) };
      },
    };
    cli.finish(await work(context, ...args));
  });
}
