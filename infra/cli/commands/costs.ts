import type { Command } from "commander";
import { z } from "zod";
import { alsoNamed } from "../also-named.ts";
import { does, type Cli } from "../command-context.ts";
import { EXIT } from "../failure.ts";
import { formatPicoUsd } from "../format/money.ts";
import { formatTable } from "../format/table.ts";
import { listed, pointInTime } from "../option-values.ts";

const Compared = z.looseObject({
  requests: z.int(),
  costPicoUsd: z.string(),
  baselinePicoUsd: z.string(),
  savingsPicoUsd: z.string(),
  withoutPrice: z.int(),
  unknown: z.int(),
});
type Compared = z.infer<typeof Compared>;

const Sums = {
  requests: z.int(),
  unpriced: z.int(),
  costPicoUsd: z.string(),
  abandoned: z.int(),
  abandonedEstimatePicoUsd: z.string(),
  compared: Compared.optional(),
};

const Report = z.looseObject({
  total: z.looseObject(Sums),
  data: z.array(z.looseObject({ by: z.record(z.string(), z.string().nullable()), ...Sums })),
  hasMore: z.boolean(),
  baseline: z.looseObject({ formula: z.string() }).optional(),
});
type Report = z.infer<typeof Report>;

type Options = { by?: string[]; from?: number; to?: number; timeZone?: string; baseline?: string; csv?: boolean };

const DEFAULT_BY = ["team", "model"];

export function addCosts(program: Command, cli: Cli): void {
  const costs = program
    .command("costs")
    .description("What requests cost, summed over the register's outcomes. Needs the right `read-costs`.")
    .option(
      "--by <words>",
      "tenant, team, project, user, end-user, key, tag, provider, model, result, catalogue, day, month (default: team,model)",
      listed,
    )
    .option("--from <when>", "from this time on: 7d, or a date like 2026-11-01", pointInTime)
    .option("--to <when>", "before this time", pointInTime)
    .addOption(alsoNamed("since", "from", pointInTime))
    .addOption(alsoNamed("until", "to", pointInTime))
    .option("--time-zone <name>", "in which days and months begin (default: UTC)")
    .option("--baseline <model>", "what the same tokens would have cost there, by the same price lists")
    .option("--csv", "print CSV")
    .addHelpText(
      "after",
      "\nA cost belongs to the endpoint of its attempt, a request to the one that answered. A request is unpriced when an\n" +
        "attempt had no known price, or nobody saw its end. With tags it stands in the row of each of its tags.\n\n" +
        "Examples:\n  npm run -s signalbox -- costs --by team,model --from 30d\n" +
        "  npm run -s signalbox -- costs --by tenant,month --csv\n" +
        "  npm run -s signalbox -- costs --by team --from 30d --baseline gpt-4.1",
    );
  does<Options>(costs, cli, async ({ connect, options, print, terminal }) => {
    const { by = DEFAULT_BY, from, to, timeZone, baseline } = options;
    const { api } = connect();
    const query = { by: by.join(","), from, to, timeZone, baseline };
    if (options.csv === true) {
      terminal.out((await api.text("/admin/v1/costs", { ...query, format: "csv" })).trimEnd());
      return EXIT.ok;
    }
    const report = await api.call(Report, { path: "/admin/v1/costs", query });
    print(report, () => formatCosts(report, by));
    return EXIT.ok;
  });
}

function formatCosts(report: Report, by: readonly string[]): string {
  const { total, data, baseline, hasMore } = report;
  const row = (names: readonly string[], sums: Report["total"]): string[] => [
    ...names,
    String(sums.requests),
    String(sums.unpriced),
    formatPicoUsd(sums.costPicoUsd),
    ...(sums.compared === undefined ? [] : savings(sums.compared)),
  ];
  const table = formatTable(
    [
      ...by.map((name) => ({ title: name.toUpperCase() })),
      { title: "REQUESTS", align: "right" },
      { title: "UNPRICED", align: "right" },
      { title: "COST" },
      ...(baseline === undefined ? [] : [{ title: "COMPARED" }, { title: "BASELINE" }, { title: "SAVED" }]),
    ],
    [
      ...data.map((each) =>
        row(
          by.map((name) => each.by[name] ?? "—"),
          each,
        ),
      ),
      row(
        by.map((_, at) => (at === 0 ? "total" : "")),
        total,
      ),
    ],
  );
  const remarks = [
    ...(hasMore ? ["There are more rows: split by less, or ask for less time."] : []),
    ...(total.abandoned === 0
      ? []
      : [
          `Nobody saw the end of ${total.abandoned} requests, which cost ${formatPicoUsd(total.abandonedEstimatePicoUsd)} ` +
            "at the most; they are not in the sum.",
        ]),
    ...(baseline === undefined || total.compared === undefined ? [] : [baseline.formula, leftOut(total.compared)]),
  ];
  return [table, ...remarks].join("\n\n");
}

function savings({ costPicoUsd, baselinePicoUsd, savingsPicoUsd }: Compared): string[] {
  const isLess = savingsPicoUsd.startsWith("-");
  const amount = formatPicoUsd(isLess ? savingsPicoUsd.slice(1) : savingsPicoUsd);
  return [formatPicoUsd(costPicoUsd), formatPicoUsd(baselinePicoUsd), isLess ? `-${amount}` : amount];
}

function leftOut({ requests, withoutPrice, unknown }: Compared): string {
  return (
    `Compared: ${requests} requests. Left out of those that were answered: ${withoutPrice} whose price list has no price ` +
    `of the baseline, ${unknown} whose cost or tokens nobody knows.`
  );
}
