import type { Kysely } from "kysely";
import type { KeyDatabase } from "../keys/key-database.ts";
import { baselineOf, readBaseline } from "./cost-baseline.ts";
import type { CostReport, CostRow, CostSums } from "./cost-forms.ts";
import { type CostFilter, readCatalogues, readSums, ROWS_MAX, type SumRow } from "./cost-sums.ts";
import { decimalUsd } from "./money.ts";

/**
 * Sums the cost lines, which `readCosts` has brought up to date. Rows and total are read from one snapshot, so that they add
 * up to the pico-dollar while other instances add lines.
 */
export function costReport(db: Kysely<KeyDatabase>, filter: CostFilter): Promise<CostReport> {
  return db
    .transaction()
    .setIsolationLevel("repeatable read")
    .execute((snapshot) => reportOf(snapshot, filter));
}

async function reportOf(db: Kysely<KeyDatabase>, filter: CostFilter): Promise<CostReport> {
  const { by, fromMs, toMs, timeZone } = filter;
  const catalogues = await readCatalogues(db, filter);
  const baseline = filter.baseline === null ? null : await readBaseline(db, filter.baseline, catalogues);
  const rows = await readSums(db, filter, baseline);
  const [total] = await readSums(db, { ...filter, by: [] }, baseline);
  const data = rows.slice(0, ROWS_MAX).map((row) => ({
    by: Object.fromEntries(by.map((name) => [name, row[`by_${name}`] ?? null])) as CostRow["by"],
    ...sumsOf(row, baseline !== null),
  }));
  if (total === undefined) throw new Error("a sum over nothing has no row");
  return {
    object: "costs",
    from: isoOf(fromMs),
    to: isoOf(toMs),
    timeZone,
    total: sumsOf(total, baseline !== null),
    data,
    hasMore: rows.length > ROWS_MAX,
    catalogues: catalogues.flatMap(({ catalogue, requests }) => (catalogue === null ? [] : { catalogue, requests })),
    ...(baseline === null ? {} : { baseline: baselineOf(baseline) }),
  };
}

function sumsOf(row: SumRow, withBaseline: boolean): CostSums {
  const cost = BigInt(row.cost);
  const sums = {
    requests: Number(row.requests),
    unpriced: Number(row.unpriced),
    costUsd: decimalUsd(cost),
    costPicoUsd: String(cost),
    abandoned: Number(row.abandoned),
    abandonedEstimatePicoUsd: row.estimate,
    inputTokens: Number(row.input_tokens),
    outputTokens: Number(row.output_tokens),
  };
  if (!withBaseline) return sums;
  const savings = BigInt(row.baseline) - BigInt(row.compared_cost);
  const compared = {
    requests: Number(row.compared),
    costPicoUsd: row.compared_cost,
    baselinePicoUsd: row.baseline,
    savingsUsd: decimalUsd(savings),
    savingsPicoUsd: String(savings),
    withoutPrice: Number(row.without_price),
    unknown: Number(row.unknown),
  };
  return { ...sums, compared };
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
