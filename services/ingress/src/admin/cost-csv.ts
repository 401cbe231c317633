import { SignalboxError } from "@signalbox/proto";
import type { CostDimension, CostReport, CostSums } from "./cost-forms.ts";

/** CSV by RFC 4180, with a header line. */
export function csvOf(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return `${[head, ...lines].map((line) => line.map(field).join(",")).join("\r\n")}\r\n`;
}

const SUMS = {
  requests: ({ requests }: CostSums) => requests,
  unpriced: ({ unpriced }: CostSums) => unpriced,
  cost_usd: ({ costUsd }: CostSums) => costUsd,
  cost_pico_usd: ({ costPicoUsd }: CostSums) => costPicoUsd,
  abandoned: ({ abandoned }: CostSums) => abandoned,
  abandoned_estimate_pico_usd: ({ abandonedEstimatePicoUsd }: CostSums) => abandonedEstimatePicoUsd,
  input_tokens: ({ inputTokens }: CostSums) => inputTokens,
  output_tokens: ({ outputTokens }: CostSums) => outputTokens,
} as const;

const COMPARED = {
  compared_requests: ({ compared }: CostSums) => compared?.requests,
  compared_cost_pico_usd: ({ compared }: CostSums) => compared?.costPicoUsd,
  baseline_pico_usd: ({ compared }: CostSums) => compared?.baselinePicoUsd,
  savings_pico_usd: ({ compared }: CostSums) => compared?.savingsPicoUsd,
  without_price: ({ compared }: CostSums) => compared?.withoutPrice,
  unknown: ({ compared }: CostSums) => compared?.unknown,
} as const;

type Cell = (sums: CostSums) => string | number | undefined;

/** The columns of sums, by their heads. */
export function sumColumns(withBaseline: boolean): [string, Cell][] {
  return Object.entries<Cell>(withBaseline ? { ...SUMS, ...COMPARED } : SUMS);
}

/** Throws `invalid-request` where the report has more rows than it holds, because a CSV file could not say so. */
export function costCsv(report: CostReport, by: readonly CostDimension[]): string {
  if (report.hasMore) {
    const problem = `There are more rows than the ${report.data.length} of one answer: split by less, or ask for less time.`;
    throw new SignalboxError("invalid-request", problem, { details: { param: "by" } });
  }
  const columns = sumColumns(report.baseline !== undefined);
  const lines = report.data.map((row) => [
    ...by.map((name) => row.by[name] ?? ""),
    ...columns.map(([, cell]) => String(cell(row) ?? "")),
  ]);
  return csvOf([...by, ...columns.map(([head]) => head)], lines);
}

/** Keeps a spreadsheet from reading a name as a formula, by an apostrophe before it; negative numbers stay as they are. */
function field(text: string): string {
  const safe = /^[=+@\t\r-]/.test(text) && !/^-[0-9]+(\.[0-9]+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
