import { EVENT_TYPES } from "@signalbox/proto";
import type { Command } from "commander";
import type { ApiClient } from "../api-client.ts";
import { does, type Cli } from "../command-context.ts";
import { DecisionList } from "../decision-record.ts";
import { EXIT } from "../failure.ts";
import { formatEntry } from "../format/entry-line.ts";
import { oneOf, wholeNumber } from "../option-values.ts";
import { tailEvents } from "../tail-events.ts";

type TailCommandOptions = { from?: number; type?: string[] };

export function addTail(program: Command, cli: Cli): void {
  const tail = program
    .command("tail")
    .description("Follows the register live, a line for each entry, until Ctrl-C.")
    .option("--from <index>", "start at this index; the newest decision by default", wholeNumber(0))
    .option("--type <type>", `only these types: ${EVENT_TYPES.join(", ")}`, oneOf(EVENT_TYPES))
    .addHelpText(
      "after",
      "\nA lost connection is taken up again where it broke off. With --json each line is one entry as JSON.\n\n" +
        "Examples:\n  npm run -s signalbox -- tail\n  npm run -s signalbox -- tail --from 0 --type decision --json",
    );
  does<TailCommandOptions>(tail, cli, async ({ connect, options, terminal }) => {
    const { api } = connect();
    const entries = tailEvents(api, {
      from: options.from ?? (await newestIndex(api)),
      types: options.type ?? [],
      stop: terminal.stop,
      onLost: (retryMs) => terminal.err(`the connection was lost; trying again in ${retryMs} ms`),
    });
    for await (const entry of entries) terminal.out(options.json === true ? JSON.stringify(entry) : formatEntry(entry));
    return EXIT.ok;
  });
}

/** Where the newest decision stands: its outcome and whatever comes next follow it. An empty register starts at 0. */
async function newestIndex(api: ApiClient): Promise<number> {
  const { data } = await api.call(DecisionList, { path: "/v1/decisions", query: { limit: 1 } });
  return data[0]?.index ?? 0;
}
