import { runCli } from "./run-cli.ts";
import { processTerminal } from "./terminal.ts";

const LEFTOVERS_LIMIT_MS = 1_000;

process.exitCode = await runCli(process.argv.slice(2), processTerminal());
// The NATS client leaves the socket of a server that accepted it and said nothing, which would hold this process for ever.
setTimeout(() => process.exit(), LEFTOVERS_LIMIT_MS).unref();
