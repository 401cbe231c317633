import { SignalboxError } from "@signalbox/proto";
import { type Kysely, sql } from "kysely";
import { z } from "zod";
import type { KeyDatabase } from "../keys/key-database.ts";
import { CostSums } from "./cost-forms.ts";
import { costReport } from "./cost-report.ts";
import { TimeZone } from "./key-forms.ts";
import { decimalUsd } from "./money.ts";

export const StatementQuery = z.strictObject({
  month: z.string().regex(/^(?!0000)[0-9]{4}-(0[1-9]|1[0-2])$/, "expected a month like 2026-11"),
  /** Of this team alone. */
  team: z.string().min(1).max(64).optional(),
  /** The time zone in which the month begins and ends. */
  timeZone: TimeZone.default("UTC"),
  format: z.enum(["json", "csv", "markdown"]).default("json"),
});
export type StatementQuery = z.infer<typeof StatementQuery>;

const Line = z.strictObject({
  project: z.string().nullable(),
  provider: z.string().nullable(),
  model: z.string().nullable(),
  ...CostSums.shape,
});

export const Statements = z.strictObject({
  object: z.literal("statements"),
  month: z.string(),
  timeZone: z.string(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  /** One for each team; `team` is null for requests of no team. */
  data: z.array(z.strictObject({ team: z.string().nullable(), total: CostSums, lines: z.array(Line) })),
  /** The month's total, summed apart from the statements; both are equal to the pico-dollar. */
  total: CostSums,
});
export type Statements = z.infer<typeof Statements>;
type Statement = Statements["data"][number];

/** The dimensions of a statement's lines. */
export const STATEMENT_BY = ["team", "project", "provider", "model"] as const;

/** A statement of a month's costs for each team. Rejects with an error when the statements do not add up to the total. */
export async function monthlyStatements(
  db: Kysely<KeyDatabase>,
  { month, team, timeZone, tenant }: Pick<StatementQuery, "month" | "team" | "timeZone"> & { tenant: string | null },
): Promise<Statements> {
  const { fromMs, toMs } = await boundsOf(db, month, timeZone);
  const report = await costReport(db, { by: STATEMENT_BY, fromMs, toMs, timeZone, baseline: null, team, tenant });
  if (report.hasMore) {
    const problem = "The month has more lines than one answer holds: ask for one team with 'team'.";
    throw new SignalboxError("invalid-request", problem, { details: { param: "team" } });
  }
  const teams = Map.groupBy(report.data, ({ by }) => by.team ?? null);
  const data = [...teams]
    .map(([name, rows]): Statement => {
      const lines = rows.map(({ by: { project = null, provider = null, model = null }, ...sums }) => ({
        project,
        provider,
        model,
        ...sums,
      }));
      return { team: name, total: sumOf(lines), lines };
    })
    .toSorted((a, b) => ((a.team ?? "") < (b.team ?? "") ? -1 : 1));
  const { total } = report;
  if (sumOf(data.map((each) => each.total)).costPicoUsd !== total.costPicoUsd) {
    throw new Error("the statements do not add up to what the month cost");
  }
  const [from, to] = [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
  return { object: "statements", month, timeZone, from, to, data, total };
}

async function boundsOf(
  db: Kysely<KeyDatabase>,
  month: string,
  timeZone: string,
): Promise<{ fromMs: number; toMs: number }> {
  const { rows } = await sql<{ from: string; to: string }>`
    select (extract(epoch from begins at time zone ${timeZone}) * 1000)::bigint as from,
      (extract(epoch from (begins + interval '1 month') at time zone ${timeZone}) * 1000)::bigint as to
    from (select ${`${month}-01`}::timestamp as begins) as month`.execute(db);
  return { fromMs: Number(rows[0]?.from), toMs: Number(rows[0]?.to) };
}

function sumOf(all: readonly CostSums[]): CostSums {
  const count = (of: (sums: CostSums) => number): number => all.reduce((sum, each) => sum + of(each), 0);
  const money = (of: (sums: CostSums) => string): bigint => all.reduce((sum, each) => sum + BigInt(of(each)), 0n);
  const cost = money(({ costPicoUsd }) => costPicoUsd);
  return {
    requests: count(({ requests }) => requests),
    unpriced: count(({ unpriced }) => unpriced),
    costUsd: decimalUsd(cost),
    costPicoUsd: String(cost),
    abandoned: count(({ abandoned }) => abandoned),
    abandonedEstimatePicoUsd: String(money(({ abandonedEstimatePicoUsd }) => abandonedEstimatePicoUsd)),
    inputTokens: count(({ inputTokens }) => inputTokens),
    outputTokens: count(({ outputTokens }) => outputTokens),
  };
}
