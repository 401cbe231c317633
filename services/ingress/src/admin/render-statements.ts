import { csvOf, sumColumns } from "./cost-csv.ts";
import type { CostSums } from "./cost-forms.ts";
import { STATEMENT_BY, type Statements } from "./cost-statements.ts";
import { decimalUsd } from "./money.ts";

/** The lines of all statements, without totals, so that a reader who adds them up counts nothing twice. */
export function statementCsv({ month, data }: Statements): string {
  const columns = sumColumns(false);
  const lines = data.flatMap(({ team, lines: all }) =>
    all.map((line) => [
      month,
      team ?? "",
      line.project ?? "",
      line.provider ?? "",
      line.model ?? "",
      ...columns.map(([, valueOf]) => String(valueOf(line) ?? "")),
    ]),
  );
  return csvOf(["month", ...STATEMENT_BY, ...columns.map(([head]) => head)], lines);
}

const MARKDOWN_HEAD = [
  "| project | provider | model | requests | input tokens | output tokens | USD |",
  "| --- | --- | --- | ---: | ---: | ---: | ---: |",
];

export function statementMarkdown({ month, timeZone, data, total }: Statements): string {
  const parts = data.map(({ team, lines, total: sum }) =>
    [
      `## ${team === null ? "Requests of no team" : `Team ${cell(team)}`}`,
      "",
      ...MARKDOWN_HEAD,
      ...lines.map((line) => markdownRow([line.project, line.provider, line.model], line)),
      markdownRow(["total", "", ""], sum),
      ...remarksOn(sum),
    ].join("\n"),
  );
  const head = `# Costs of ${month} (${timeZone})`;
  const foot = `All statements together: ${total.costUsd} USD over ${total.requests} requests, as the register's outcomes say.`;
  return `${[head, ...parts, foot].join("\n\n")}\n`;
}

function markdownRow(words: readonly (string | null)[], sums: CostSums): string {
  const figures = [sums.requests, sums.inputTokens, sums.outputTokens, sums.costUsd].map(String);
  return `| ${[...words.map((word) => (word === null ? "—" : cell(word))), ...figures].join(" | ")} |`;
}

function remarksOn({ unpriced, abandoned, abandonedEstimatePicoUsd }: CostSums): string[] {
  if (unpriced === 0) return [];
  const estimate = decimalUsd(BigInt(abandonedEstimatePicoUsd));
  const lost =
    abandoned === 0 ? "" : ` Nobody saw the end of ${abandoned} of them, which cost ${estimate} USD at the most.`;
  return ["", `The cost of ${unpriced} requests is not known and not in the sum.${lost}`];
}

/** Escapes a name, so that it neither ends its table cell or row nor begins markup. */
function cell(text: string): string {
  return text
    .replaceAll(/[\\|`*_<>[\]]/g, String.raw`\$&`)
    .replaceAll(/\s+/g, " ")
    .trim();
}
