import { Option, type Command } from "commander";
import { does, type Cli } from "../command-context.ts";
import { EXIT } from "../failure.ts";

type Options = { month: string; team?: string; timeZone?: string; format: string };

/** What each team's requests of a month cost. */
export function addStatements(program: Command, cli: Cli): void {
  const statements = program
    .command("statements")
    .description("A month's costs as a statement for each team. Needs the right `read-costs`.")
    .requiredOption("--month <month>", "like 2026-11")
    .option("--team <name>", "of this team alone")
    .option("--time-zone <name>", "in which the month begins and ends (default: UTC)")
    .addOption(
      new Option("--format <form>", "how it is printed").choices(["markdown", "csv", "json"]).default("markdown"),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  npm run -s signalbox -- statements --month 2026-11\n" +
        "  npm run -s signalbox -- statements --month 2026-11 --team red --format csv",
    );
  does<Options>(statements, cli, async ({ connect, options, terminal }) => {
    const { month, team, timeZone } = options;
    const format = options.json === true ? "json" : options.format;
    const text = await connect().api.text("/admin/v1/statements", { month, team, timeZone, format });
    terminal.out(text.trimEnd());
    return EXIT.ok;
  });
}
