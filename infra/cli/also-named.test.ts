import { Command } from "commander";
import { expect, test } from "vitest";
import { alsoNamed } from "./also-named.ts";
import { wholeNumber } from "./option-values.ts";

function optionsOf(...words: string[]): { fromIndex?: number } {
  const command = new Command()
    .option("--from-index <index>", "the first entry", wholeNumber(0), 0)
    .addOption(alsoNamed("from", "from-index", wholeNumber(0)));
  return command.parse(words, { from: "user" }).opts();
}

test("the other word is the option itself, and not in the help", () => {
  expect(optionsOf()).toEqual({ fromIndex: 0 });
  expect(optionsOf("--from-index", "7")).toEqual({ fromIndex: 7 });
  expect(optionsOf("--from", "7")).toEqual({ fromIndex: 7 });
  const help = new Command().addOption(alsoNamed("from", "from-index", wholeNumber(0))).helpInformation();
  expect(help).not.toContain("--from");
});
