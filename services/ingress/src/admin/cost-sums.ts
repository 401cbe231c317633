import { type Kysely, type RawBuilder, sql } from "kysely";
import type { KeyDatabase } from "../keys/key-database.ts";
import type { BaselinePrices } from "./cost-baseline.ts";
import type { CostDimension } from "./cost-forms.ts";

export const ROWS_MAX = 10_000;
const CATALOGUES_MAX = 1_000;

export type CostFilter = {
  readonly by: readonly CostDimension[];
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly timeZone: string;
  readonly baseline: string | null;
  /** Of this team alone; undefined: of all. */
  readonly team?: string | undefined;
  /** Of this tenant alone; null: of all. */
  readonly tenant: string | null;
};

export type SumRow = Record<string, string | null> & Record<keyof typeof SUMS, string>;

const NOTHING_COMPARED = sql`null::numeric`;

/** The sums of a row. Counts are of requests (`is_last`: a request's last attempt), costs and tokens of attempts. */
const SUMS = {
  requests: sql`count(*) filter (where c.is_last)`,
  unpriced: sql`count(*) filter (where c.is_last and not c.priced)`,
  abandoned: sql`count(*) filter (where c.is_last and c.result = 'abandoned')`,
  estimate: sql`coalesce(sum(c.estimate), 0)`,
  cost: sql`coalesce(sum(c.cost), 0)`,
  input_tokens: sql`coalesce(sum(c.input_tokens), 0)`,
  output_tokens: sql`coalesce(sum(c.output_tokens), 0)`,
  compared: sql`count(*) filter (where b.hit and c.is_last)`,
  compared_cost: sql`coalesce(sum(c.cost) filter (where b.hit), 0)`,
  baseline: sql`coalesce(sum(b.cost) filter (where c.is_last), 0)`,
  without_price: sql`count(*) filter (where c.is_last and c.comparable and not b.hit)`,
  unknown: sql`count(*) filter (where c.is_last and not c.comparable
    and c.result in ('completed', 'client-aborted', 'abandoned'))`,
} as const;

/** One row more than `ROWS_MAX` where there are more, the dearest first. */
export async function readSums(
  db: Kysely<KeyDatabase>,
  filter: CostFilter,
  baseline: BaselinePrices | null,
): Promise<SumRow[]> {
  const { by, timeZone } = filter;
  const columns = by.map((name) => sql`${columnOf(name, timeZone)} as ${sql.id(`by_${name}`)}`);
  const sums = Object.entries(SUMS).map(([name, sum]) => sql`${sum} as ${sql.id(name)}`);
  const places = by.map((_, at) => sql.lit(at + 1));
  const { rows } = await sql<SumRow>`
    with tier as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(baseline?.tiers ?? [])}::jsonb)
        as t (catalogue text, above bigint, input numeric, output numeric, cache_read numeric, cache_write numeric,
          cache_write_hour numeric)
    )
    select ${sql.join([...columns, ...sums])}
    from cost_line c ${labelsOf(by)} ${baseline === null ? noBaseline() : baselineCost()}
    where ${within(filter)}
    ${by.length === 0 ? sql`` : sql`group by ${sql.join(places)} order by cost desc, ${sql.join(places)}`}
    limit ${ROWS_MAX + 1}`.execute(db);
  return rows;
}

function within({ fromMs, toMs, team, tenant }: CostFilter): RawBuilder<unknown> {
  return sql`c.at_ms >= ${fromMs ?? 0} and c.at_ms < ${toMs ?? Number.MAX_SAFE_INTEGER}
    and (${team ?? null}::text is null or c.team = ${team ?? null})
    and (${tenant}::text is null or c.tenant = ${tenant})`;
}

function columnOf(name: CostDimension, timeZone: string): RawBuilder<string | null> {
  const local = sql`to_timestamp(c.at_ms / 1000.0) at time zone ${timeZone}`;
  const columns: Record<CostDimension, RawBuilder<string | null>> = {
    tenant: sql`c.tenant`,
    team: sql`c.team`,
    project: sql`c.project`,
    user: sql`c.user_name`,
    "end-user": sql`coalesce(l.labels ->> 'user', c.end_user)`,
    key: sql`c.key_id`,
    tag: sql`tags.tag`,
    provider: sql`c.provider`,
    model: sql`c.model`,
    result: sql`c.result`,
    catalogue: sql`c.catalogue`,
    day: sql`to_char(${local}, 'YYYY-MM-DD')`,
    month: sql`to_char(${local}, 'YYYY-MM')`,
  };
  return columns[name];
}

/** Joins the plain text of tags and end users; where it was erased, an end user is shown by its digest. */
function labelsOf(by: readonly CostDimension[]): RawBuilder<unknown> {
  if (!by.includes("tag") && !by.includes("end-user")) return sql``;
  const labels = sql`left join ledger_label l on l.request_id = c.request_id`;
  if (!by.includes("tag")) return labels;
  return sql`${labels} left join lateral jsonb_array_elements_text(l.labels -> 'tags') as tags (tag) on true`;
}

/** Prices each line by the baseline; as in billing, the whole prompt's length chooses the tier. */
function baselineCost(): RawBuilder<unknown> {
  return sql`
    left join lateral (
      select t.*, true as found from tier t
      where t.catalogue = c.catalogue and (t.above = 0 or c.input_tokens > t.above) order by t.above desc limit 1
    ) p on c.comparable
    cross join lateral (select coalesce(p.found, false) as hit,
      greatest(0, c.input_tokens - c.cached_tokens - c.cache_write_tokens) * p.input
        + c.cached_tokens * coalesce(p.cache_read, p.input)
        + (c.cache_write_tokens - coalesce(c.cache_write_hour_tokens, 0)) * coalesce(p.cache_write, p.input)
        + coalesce(c.cache_write_hour_tokens, 0) * coalesce(p.cache_write_hour, p.cache_write, p.input)
        + c.output_tokens * p.output as cost) b`;
}

function noBaseline(): RawBuilder<unknown> {
  return sql`cross join (select false as hit, ${NOTHING_COMPARED} as cost) b`;
}

/** By which catalogues the requests were decided, and how many by each. */
export async function readCatalogues(
  db: Kysely<KeyDatabase>,
  filter: CostFilter,
): Promise<{ catalogue: string | null; requests: number }[]> {
  const { rows } = await sql<{ catalogue: string | null; requests: string }>`
    select c.catalogue, count(*) filter (where c.is_last) as requests from cost_line c
    where ${within(filter)} group by 1 order by 2 desc, 1 limit ${CATALOGUES_MAX}`.execute(db);
  return rows.map(({ catalogue, requests }) => ({ catalogue, requests: Number(requests) }));
}
