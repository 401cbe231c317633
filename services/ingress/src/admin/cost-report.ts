import { type Kysely, sql, type RawBuilder } from "kysely";
import type { KeyDatabase } from "../keys/key-database.ts";
import type { CostDimension, CostReport, CostRow } from "./cost-forms.ts";
import { decimalUsd } from "./money.ts";

const ROWS_MAX = 10_000;

/**
 * The columns that outcomes are told apart by. Who asked stands in the decision's leaf; team and project are those that
 * the key has now. A cost belongs to the endpoint that answered, with the attempts before it.
 */
const COLUMNS: Readonly<Record<CostDimension, RawBuilder<string | null>>> = {
  tenant: sql`o.tenant`,
  team: sql`k.team`,
  project: sql`k.project`,
  key: sql`d.key_id`,
  provider: sql`o.provider`,
  model: sql`o.model`,
  result: sql`o.kind`,
  day: sql`to_char(to_timestamp(o.at_ms / 1000.0) at time zone 'UTC', 'YYYY-MM-DD')`,
  month: sql`to_char(to_timestamp(o.at_ms / 1000.0) at time zone 'UTC', 'YYYY-MM')`,
};

/** What the register's outcomes cost: the sums of its leaves, to the pico-dollar. */
export async function costReport(
  db: Kysely<KeyDatabase>,
  wish: { by: readonly CostDimension[]; fromMs: number | null; toMs: number | null },
): Promise<CostReport> {
  const { by, fromMs, toMs } = wish;
  const columns = by.map((name) => COLUMNS[name]);
  const places = by.map((_, at) => sql.raw(String(at + 1)));
  const names = by.map((name, at) => sql`${columns[at]} as ${sql.id(`by_${name}`)}`);
  const { rows } = await sql<Record<string, string | null> & { requests: string; unpriced: string; cost: string }>`
    select ${sql.join(names)}, count(*) as requests, count(*) filter (where o.cost is null) as unpriced,
      coalesce(sum(o.cost), 0) as cost
    from ledger_leaf o
    left join ledger_leaf d on d.type = 'decision' and d.decision_id = o.decision_id
    left join virtual_key k on k.id = d.key_id
    where o.type = 'outcome' and (${fromMs}::bigint is null or o.at_ms >= ${fromMs}::bigint)
      and (${toMs}::bigint is null or o.at_ms < ${toMs}::bigint)
    group by ${sql.join(places)} order by cost desc, ${sql.join(places)} limit ${ROWS_MAX}`.execute(db);
  const data = rows.map((row) => ({
    by: Object.fromEntries(by.map((name) => [name, row[`by_${name}`] ?? null])) as CostRow["by"],
    ...sums(Number(row.requests), Number(row.unpriced), BigInt(row.cost)),
  }));
  const total = sums(
    data.reduce((sum, { requests }) => sum + requests, 0),
    data.reduce((sum, { unpriced }) => sum + unpriced, 0),
    data.reduce((sum, { costPicoUsd }) => sum + BigInt(costPicoUsd), 0n),
  );
  return { object: "costs", from: isoOf(fromMs), to: isoOf(toMs), total, data };
}

/** RFC 4180, with a head. */
export function costCsv(report: CostReport, by: readonly CostDimension[]): string {
  const head = [...by, "requests", "unpriced", "cost_usd", "cost_pico_usd"];
  const lines = report.data.map((row) =>
    [
      ...by.map((name) => row.by[name] ?? ""),
      String(row.requests),
      String(row.unpriced),
      row.costUsd,
      row.costPicoUsd,
    ].map(field),
  );
  return `${[head, ...lines].map((line) => line.join(",")).join("\r\n")}\r\n`;
}

/** A name that a spreadsheet would take for a formula is quoted so that it stays a text. */
function field(text: string): string {
  const safe = /^[=+@\t\r-]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function sums(requests: number, unpriced: number, cost: bigint): Omit<CostRow, "by"> {
  return { requests, unpriced, costUsd: decimalUsd(cost), costPicoUsd: String(cost) };
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
