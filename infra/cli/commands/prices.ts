import type { Command } from "commander";
import { z } from "zod";
import { does, type Cli } from "../command-context.ts";
import { EXIT } from "../failure.ts";
import { formatMicroUsd } from "../format/money.ts";
import { formatTable } from "../format/table.ts";

const Tier = z.looseObject({
  aboveInputTokens: z.int(),
  input: z.int(),
  output: z.int(),
  cacheRead: z.int().nullable(),
  cacheWrite: z.int().nullable(),
  cacheWriteHour: z.int().nullish(),
});
const Prices = z.looseObject({
  catalogue: z.string(),
  date: z.string(),
  data: z.array(z.looseObject({ endpoint: z.string(), tiers: z.array(Tier).nullable() })),
});

type Options = { catalogue?: string; provider?: string; csv?: boolean };

/** The price list that a digest names. */
export function addPrices(program: Command, cli: Cli): void {
  const prices = program
    .command("prices")
    .description(
      "The price list that requests were decided by, in dollars per million tokens. Needs the right `read-costs`.",
    )
    .option("--catalogue <digest>", "as `costs --by catalogue` names it (default: the newest)")
    .option("--provider <name>", "of this provider alone")
    .option("--csv", "print CSV, in micro-dollars per million tokens")
    .addHelpText("after", "\nExamples:\n  npm run -s signalbox -- prices --provider openai");
  does<Options>(prices, cli, async ({ connect, options, print, terminal }) => {
    const { catalogue, provider } = options;
    const { api } = connect();
    if (options.csv === true) {
      terminal.out((await api.text("/admin/v1/prices", { catalogue, provider, format: "csv" })).trimEnd());
      return EXIT.ok;
    }
    const list = await api.call(Prices, { path: "/admin/v1/prices", query: { catalogue, provider } });
    print(list, () => `${list.catalogue}, of ${list.date}\n\n${formatPrices(list)}`);
    return EXIT.ok;
  });
}

function money(micro: number | null | undefined): string {
  return micro == null ? "—" : formatMicroUsd(micro);
}

function formatPrices({ data }: z.infer<typeof Prices>): string {
  return formatTable(
    [
      { title: "ENDPOINT" },
      { title: "ABOVE", align: "right" },
      { title: "INPUT", align: "right" },
      { title: "OUTPUT", align: "right" },
      { title: "CACHE READ", align: "right" },
      { title: "CACHE WRITE", align: "right" },
      { title: "FOR AN HOUR", align: "right" },
    ],
    data.flatMap(({ endpoint, tiers }) =>
      tiers === null
        ? [[endpoint, "", "unpriced", "unpriced", "—", "—", "—"]]
        : tiers.map((tier) => [
            endpoint,
            String(tier.aboveInputTokens),
            ...[tier.input, tier.output, tier.cacheRead, tier.cacheWrite, tier.cacheWriteHour].map(money),
          ]),
    ),
  );
}
