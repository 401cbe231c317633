import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { alsoNamed } from "../also-named.ts";
import { does, type Cli, type CommandContext } from "../command-context.ts";
import { readRuntime } from "../connection.ts";
import { exportLog, type Exported } from "../export/export-log.ts";
import { EXIT, failure } from "../failure.ts";
import { wholeNumber } from "../option-values.ts";
import { readUrl } from "../verify/source-files.ts";

type ExportCommandOptions = { fromIndex: number; toIndex?: number; source?: string; tokenFile?: string };

const HELP = `
Writes the C2SP tlog-tiles layout (checkpoint, tile/…, tile/entries/…), the keys that the log names for itself (vkeys),
and the documents that the decisions in the range name, by digest. Whoever has the folder and the log's vkey from another
hand verifies it without a network, and replays it:

  npm run -s signalbox -- verify DIR --policy policy.txt --replay

A range is widened to whole bundles of 256 entries. Entries hold no prompts, but those of all tenants: the folder is for
auditors of the whole log.

Examples:
  npm run -s signalbox -- export ./register-2026-11
  npm run -s signalbox -- export --from-index 25600 --to-index 51200 ./part`;

export function addExport(program: Command, cli: Cli): void {
  const command = program
    .command("export")
    .description("Copies the register, or a range of it, into a folder that verifies and replays offline.")
    .argument("<dir>", "a folder that is empty or not there yet")
    .option("--from-index <index>", "the first entry", wholeNumber(0), 0)
    .option(
      "--to-index <index>",
      "behind the last entry (default: all that the newest checkpoint covers)",
      wholeNumber(0),
    )
    .addOption(alsoNamed("from", "from-index", wholeNumber(0)))
    .addOption(alsoNamed("to", "to-index", wholeNumber(0)))
    .option("--source <url>", "the log's files (default: the running line's)")
    .option("--token-file <file>", "an auditor's bearer token (default: the home folder's operator's)")
    .addHelpText("after", HELP);
  does<ExportCommandOptions>(command, cli, async (context, dir) => {
    const { options, terminal } = context;
    const { url, token } = sourceOf(context);
    const exported = await exportLog({
      read: readUrl(url, terminal.stop, token),
      folder: resolve(dir),
      from: options.fromIndex,
      to: options.toIndex ?? null,
      onProgress: (files) => terminal.progress(`${files} files`),
    });
    context.print({ folder: resolve(dir), ...exported }, () => describe(dir, exported));
    return EXIT.ok;
  });
}

/** Where the log's files are, and the token that opens its entries. */
function sourceOf({ options }: Pick<CommandContext<{ source?: string; tokenFile?: string }>, "options">): {
  url: string;
  token: string | null;
} {
  const home = resolve(options.home);
  const url = options.source ?? readRuntime(home)?.registerUrl;
  if (url === undefined) {
    throw failure(
      "stage-unavailable",
      `The register's address is not in ${join(home, "run", "runtime.json")}.`,
      "Start the line with `npm start`, name its folder with --home DIR, or the log's URL with --source.",
    );
  }
  const file = options.tokenFile ?? join(home, "keys", "grpc", "operator.token");
  if (options.tokenFile === undefined && (options.source !== undefined || !existsSync(file)))
    return { url, token: null };
  return { url, token: readFileSync(file, "utf8").trim() };
}

function describe(dir: string, { origin, size, from, to, entries, documents, missing }: Exported): string {
  return [
    `${dir}: entries ${from} to ${to} of ${origin}, under a checkpoint over ${size} leaves`,
    `${entries} entries and ${documents} documents`,
    ...missing.map((digest) => `missing: ${digest}, which the register does not hold`),
  ].join("\n");
}
