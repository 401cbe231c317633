import type { Command } from "commander";
import { z } from "zod";
import { does, type Cli } from "../command-context.ts";
import { EXIT } from "../failure.ts";
import { formatPicoUsd } from "../format/money.ts";
import { formatTable } from "../format/table.ts";
import { listed, pointInTime } from "../option-values.ts";

const Sums = { requests: z.int(), unpriced: z.int(), costUsd: z.string(), costPicoUsd: z.string() };

const Report = z.looseObject({
  total: z.looseObject(Sums),
  data: z.array(z.looseObject({ by: z.record(z.string(), z.string().nullable()), ...Sums })),
});
type Report = z.infer<typeof Report>;

type Options = { by?: string[]; from?: number; to?: number; csv?: boolean };

const DEFAULT_BY = ["team", "model"];

export function addCosts(program: Command, cli: Cli): void {
  const costs = program
    .command("costs")
    .description("What requests cost, summed over the register's outcomes. Needs an admin key.")
    .option(
      "--by <words>",
      "tenant, team, project, key, provider, model, result, day, month (default: team,model)",
      listed,
    )
    .option("--from <when>", "from this time on: 7d, or a date like 2026-11-01", pointInTime)
    .option("--to <when>", "before this time", pointInTime)
    .option("--csv", "print CSV")
    .addHelpText(
      "after",
      "\nA cost belongs to the endpoint that answered. An outcome is unpriced when an attempt had no known price, or nobody\n" +
        "saw its end.\n\nExamples:\n  npm run -s signalbox -- costs --by team,model --from 30d\n" +
        "  npm run -s signalbox -- costs --by tenant,month --csv",
    );
  does<Options>(costs, cli, async ({ connect, options, print, terminal }) => {
    const { by = DEFAULT_BY, from, to } = options;
    const { api } = connect();
    const report = await api.call(Report, { path: "/admin/v1/costs", query: { by: by.join(","), from, to } });
    if (options.csv === true) terminal.out(formatCsv(report, by));
    else print(report, () => formatCosts(report, by));
    return EXIT.ok;
  });
}

function formatCosts({ total, data }: Report, by: readonly string[]): string {
  const row = (names: readonly string[], sums: Report["total"]): string[] => [
    ...names,
    String(sums.requests),
    String(sums.unpriced),
    formatPicoUsd(sums.costPicoUsd),
  ];
  return formatTable(
    [
      ...by.map((name) => ({ title: name.toUpperCase() })),
      { title: "REQUESTS", align: "right" },
      { title: "UNPRICED", align: "right" },
      { title: "COST" },
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
}

/** RFC 4180, with a head. */
function formatCsv({ data }: Report, by: readonly string[]): string {
  const head = [...by, "requests", "unpriced", "cost_usd", "cost_pico_usd"];
  const lines = data.map((each) => [
    ...by.map((name) => each.by[name] ?? ""),
    String(each.requests),
    String(each.unpriced),
    each.costUsd,
    each.costPicoUsd,
  ]);
  return [head, ...lines].map((line) => line.map(quoted).join(",")).join("\r\n");
}

/** A name that a spreadsheet would take for a formula stays a text. */
function quoted(text: string): string {
  const safe = /^[=+@\t\r-]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
