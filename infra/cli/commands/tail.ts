import { EVENT_TYPES } from "@signalbox/proto";
import type { Command } from "commander";
import { alsoNamed } from "../also-named.ts";
import type { ApiClient } from "../api-client.ts";
import { does, type Cli } from "../command-context.ts";
import { DecisionList } from "../decision-record.ts";
import { EXIT } from "../failure.ts";
import { formatEntry } from "../format/entry-line.ts";
import { oneOf, wholeNumber } from "../option-values.ts";
import { tailEvents } from "../tail-events.ts";

type TailCommandOptions = { fromIndex?: number; type?: string[]; tenant?: string };

export function addTail(program: Command, cli: Cli): void {
  const tail = program
    .command("tail")
    .description("Follows the register live, a line for each entry, until Ctrl-C.")
    .option("--from-index <index>", "start at this index; the newest decision by default", wholeNumber(0))
    .addOption(alsoNamed("from", "from-index", wholeNumber(0)))
    .option("--tenant <tenant>", "only one tenant's; another than your own needs a key that reaches all")
    .option("--type <type>", `only these types: ${EVENT_TYPES.join(", ")}`, oneOf(EVENT_TYPES))
    .addHelpText(
      "after",
      "\nA lost connection is taken up again where it broke off. With --json each line is one entry as JSON.\n\n" +
        "Examples:\n  npm run -s signalbox -- tail\n  npm run -s signalbox -- tail --from-index 0 --type decision --json",
    );
  does<TailCommandOptions>(tail, cli, async ({ connect, options, terminal }) => {
    const { api } = connect();
    const entries = tailEvents(api, {
      from: options.fromIndex ?? (await newestIndex(api, options.tenant)),
      types: options.type ?? [],
      tenant: options.tenant,
      stop: terminal.stop,
      onLost: (retryMs) => terminal.err(`the connection was lost; trying again in ${retryMs} ms`),
    });
    for await (const entry of entries) terminal.out(options.json === true ? JSON.stringify(entry) : formatEntry(entry));
    return EXIT.ok;
  });
}

/** Where the newest decision stands: its outcome and whatever comes next follow it. An empty register starts at 0. */
async function newestIndex(api: ApiClient, tenant: string | undefined): Promise<number> {
  const { data } = await api.call(DecisionList, { path: "/v1/decisions", query: { limit: 1, tenant } });
  return data[0]?.index ?? 0;
}
