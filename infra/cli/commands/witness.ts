import { createPrivateKey, type KeyObject } from "node:crypto";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { formatVkey, isNoteName, parsePolicy, parseVkey, policyText, type NoteVerifier } from "@signalbox/tlog";
import type { Command } from "commander";
import { newSigningKey } from "../../home/new-signing-key.ts";
import { readOrMakeSecret } from "../../home/secret-file.ts";
import { does, type Cli, type CommandContext } from "../command-context.ts";
import { EXIT, failure } from "../failure.ts";
import { wholeNumber } from "../option-values.ts";
import { readGivenFile } from "../verify/source-files.ts";
import { startWitness } from "../witness/start-witness.ts";
import { Witness } from "../witness/witness.ts";
import { WitnessState } from "../witness/witness-state.ts";

type WitnessCommandOptions = {
  name: string;
  log?: string[];
  policy?: string;
  state: string;
  host: string;
  port: number;
};

const PORT_DEFAULT = 8_796;
const PORT_MAX = 65_535;

const HELP = `
A C2SP tlog-witness: it cosigns a log's checkpoint only when it extends the last one that it cosigned, so that a log which
shows different trees to different people gets no cosignature for one of them. It is worth something on a machine and in
hands other than the log's. Its key is made at the first start, in the state folder; keep that folder, for a witness that
forgets what it has cosigned would cosign a fork.

The log's operator names it in a policy by what /vkey says, and gives that file as \`register.witnessPolicy\`:

  log <the log's vkey>
  witness mine <vkey> http://witness.example:${PORT_DEFAULT}
  quorum mine

Examples:
  npm run -s signalbox -- witness --name witness.example/w1 --log 'signalbox.local/register+0a1b2c3d+AbCd…'
  npm run -s signalbox -- witness --name witness.example/w1 --policy policy.txt --port 8796`;

export function addWitness(program: Command, cli: Cli): void {
  const command = program
    .command("witness")
    .description("Runs a witness that cosigns checkpoints of logs, until Ctrl-C.")
    .requiredOption("--name <name>", "the witness's own name, like a URL without its scheme")
    .option("--log <vkey>", "a log whose checkpoints are cosigned; may be given several times", gather)
    .option("--policy <file>", "a tlog-policy file whose logs are cosigned")
    .option("--state <dir>", "folder with the key and what was cosigned", "./witness-state")
    .option("--host <host>", "the address to listen at", "127.0.0.1")
    .option("--port <port>", "the port to listen at; 0 takes a free one", wholeNumber(0, PORT_MAX), PORT_DEFAULT)
    .addHelpText("after", HELP);
  does<WitnessCommandOptions>(command, cli, async (context) => {
    const { options, terminal } = context;
    if (!isNoteName(options.name)) {
      throw failure(
        "invalid-request",
        "A witness's name has no space and no plus sign.",
        "Write it like witness.example/w1.",
      );
    }
    const logs = logsOf(context);
    const folder = resolve(options.state);
    using state = await WitnessState.open(folder);
    const privateKey = readOrMakeKey(join(folder, "witness.pem"));
    const vkey = formatVkey(options.name, privateKey, "cosignature");
    const cosigner = { name: options.name, privateKey };
    const witness = new Witness({ cosigner, logs, state, now: () => Math.floor(Date.now() / 1_000) });
    const { host, port } = options;
    const onError = (error: unknown): void => terminal.err(`a request failed: ${String(error)}`);
    await using server = await startWitness({ host, port, witness, vkey, onError });
    const url = `http://${host}:${server.port}`;
    context.print({ ready: true, url, vkey, logs: logs.map(({ name }) => name) }, () => {
      return `${vkey}\ncosigns ${logs.map(({ name }) => name).join(", ")} at ${url}/add-checkpoint`;
    });
    if (!terminal.stop.aborted) await once(terminal.stop, "abort");
    return EXIT.ok;
  });
}

function gather(vkey: string, before: readonly string[] = []): string[] {
  return [...before, vkey];
}

function logsOf({ options }: CommandContext<WitnessCommandOptions>): NoteVerifier[] {
  const named = (options.log ?? []).map((vkey) => {
    const parsed = parseVkey(vkey);
    if (parsed.ok && parsed.verifier.type !== "cosignature") return parsed.verifier;
    throw failure("invalid-request", `${vkey} is not a log's verifier key.`, "Write it like <name>+<id>+<base64>.");
  });
  const logs = [...named, ...(options.policy === undefined ? [] : policyLogs(options.policy))];
  if (logs.length > 0) return logs;
  throw failure("invalid-request", "No log is named.", "Name one with --log VKEY, or several by --policy FILE.");
}

function policyLogs(file: string): NoteVerifier[] {
  const parsed = parsePolicy(policyText(readGivenFile(file)));
  if (parsed.ok) return parsed.policy.logs.map(({ verifier }) => verifier);
  throw failure("invalid-request", `${file}, line ${parsed.line}: ${parsed.reason}.`, "See c2sp.org/tlog-policy.");
}

function readOrMakeKey(file: string): KeyObject {
  return createPrivateKey(readOrMakeSecret(file, newSigningKey));
}
