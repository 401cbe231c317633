import { SignalboxError } from "@signalbox/proto";
import type { LedgerQueryRequest } from "@signalbox/proto/grpc/ledger";
import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Database } from "../../database.ts";
import type { LeafRow } from "../leaf-rows.ts";
import type { Scope } from "../scope.ts";
import { BLOCK_LEAVES, costFacets } from "./block-facets.ts";

/** When a page stops looking: one that found less than was asked for says where to go on. */
const PAGE_BLOCKS_MAX = 512;
const PAGE_MS = 300;
/** The first look takes few blocks, because what is asked for is mostly frequent; the next ones take more. */
const FIRST_BLOCKS = 4;
const LOOK_BLOCKS_MAX = 32;
const COST = /^\d{1,31}$/;

export type DecisionSearch = {
  readonly db: Kysely<Database>;
  readonly scope: Scope;
  readonly request: LedgerQueryRequest;
  readonly limit: number;
};

export type FoundDecisions = {
  /** Newest first. */
  readonly rows: readonly LeafRow[];
  /** What lies below has not been looked at; null when there is nothing more. */
  readonly nextBefore: number | null;
};

/** Leaves [from, to). */
type Range = { readonly from: number; readonly to: number };

/** The newest decisions below an index that are as the request says. */
export async function searchDecisions({ db, scope, request, limit }: DecisionSearch): Promise<FoundDecisions> {
  const search = new Search(db, { scope, request });
  const rows: LeafRow[] = [];
  let before = await search.start();
  let [blocks, looked] = [FIRST_BLOCKS, 0];
  const untilMs = performance.now() + PAGE_MS;
  while (rows.length < limit && looked < PAGE_BLOCKS_MAX && before > 0) {
    if (looked > 0 && performance.now() > untilMs) break;
    const ranges = await search.rangesBelow(before, blocks);
    const lowest = ranges.at(-1);
    if (lowest === undefined) return { rows, nextBefore: null };
    rows.push(...(await search.decisionsIn(ranges, limit - rows.length)));
    before = lowest.from;
    looked += blocks;
    blocks = Math.min(blocks * 2, LOOK_BLOCKS_MAX);
  }
  const last = rows.at(-1);
  const nextBefore = rows.length === limit && last !== undefined ? Number(last.idx) : before;
  return { rows, nextBefore: nextBefore > 0 ? nextBefore : null };
}

class Search {
  readonly #db: Kysely<Database>;
  readonly #request: LedgerQueryRequest;
  readonly #filters: RawBuilder<boolean>[];
  /** A block must have all of them. */
  readonly #facets: string[];
  /** A block must have one of them; null asks for none. */
  readonly #costs: string[] | null;
  /** Above the leaves of so many blocks, everything is looked at. */
  #described = 0;
  /** Described blocks with a decision whose outcome is above them, and so not in their facets yet. */
  #late: string[] = [];

  constructor(db: Kysely<Database>, { scope, request }: Pick<DecisionSearch, "scope" | "request">) {
    this.#db = db;
    this.#request = request;
    const { tenant } = scope;
    const { keyId, kind, model, provider, tag } = request;
    const asked = Object.entries({ tenant: tenant ?? "", key: keyId, kind, model, provider, tag });
    this.#facets = asked.filter(([, value]) => value !== "").map(([name, value]) => `${name} ${value}`);
    const [min, max] = [boundOf(request.minCostPicoUsd), boundOf(request.maxCostPicoUsd)];
    this.#costs = min === null && max === null ? null : costFacets(min, max);
    this.#filters = filtersOf(request, tenant);
  }

  /** Where to begin: below what was asked for, or at the log's end. */
  async start(): Promise<number> {
    const { rows } = await sql<{ size: string; described: string; words: string[] }>`
      select size, (select coalesce(max(n) + 1, 0) from ledger_block) as described,
        tsvector_to_array(to_tsvector('simple', ${this.#request.reason})) as words
      from ledger_head`.execute(this.#db);
    const [row] = rows;
    if (this.#request.reason !== "" && row?.words.length === 0) {
      throw new SignalboxError("invalid-request", "The text of the reason holds no word.", {
        details: { param: "reason" },
      });
    }
    this.#facets.push(...(row?.words ?? []).map((word) => `word ${word}`));
    this.#described = Number(row?.described);
    if (this.#asksOutcomes()) this.#late = await this.#lateBlocks();
    const size = Number(row?.size);
    const before = Number(this.#request.beforeIndex);
    return before > 0 ? Math.min(before, size) : size;
  }

  #asksOutcomes(): boolean {
    return this.#costs !== null || this.#request.model !== "" || this.#request.provider !== "";
  }

  async #lateBlocks(): Promise<string[]> {
    const tail = this.#described * BLOCK_LEAVES;
    const { rows } = await sql<{ n: string }>`
      select distinct decision_idx / ${sql.lit(BLOCK_LEAVES)} as n from ledger_leaf
      where idx >= ${tail} and type = 'outcome' and decision_idx < ${tail}`.execute(this.#db);
    return rows.map(({ n }) => n);
  }

  /** The highest ranges below an index that may hold what is asked for, about so many blocks of them, highest first. */
  async rangesBelow(before: number, blocks: number): Promise<Range[]> {
    const tail = this.#described * BLOCK_LEAVES;
    if (before > tail) return [{ from: Math.max(tail, before - blocks * BLOCK_LEAVES), to: before }];
    const { fromMs, toMs } = this.#request;
    let query = this.#db
      .selectFrom("ledger_block")
      .select("n")
      .where("n", "<", String(Math.ceil(before / BLOCK_LEAVES)))
      .where(this.#mayHold());
    if (fromMs > 0n) query = query.where("to_ms", ">=", String(fromMs));
    if (toMs > 0n) query = query.where("from_ms", "<", String(toMs));
    const rows = await query.orderBy("n", "desc").limit(blocks).execute();
    return rangesOf(rows.map(({ n }) => Number(n))).map(({ from, to }) => ({ from, to: Math.min(to, before) }));
  }

  /** That a block has all facets that are asked for, or that its facets do not tell. */
  #mayHold(): RawBuilder<boolean> {
    const costs = this.#costs === null ? sql`` : sql` and facets && ${this.#costs}::text[]`;
    const late = this.#late.length === 0 ? sql`` : sql` or n = any (${this.#late}::bigint[])`;
    return sql<boolean>`((facets @> ${this.#facets}::text[]${costs})${late})`;
  }

  async decisionsIn(ranges: readonly Range[], limit: number): Promise<LeafRow[]> {
    const { rows } = await sql<LeafRow>`
      select found.* from unnest(${ranges.map(({ from }) => from)}::bigint[], ${ranges.map(({ to }) => to)}::bigint[])
        as range(low, high) cross join lateral (
          select idx, event_id, type, tenant, request_id, decision_id, leaf, at_ms from ledger_leaf as leaf
          where idx >= range.low and idx < range.high and ${sql.join(this.#filters, sql` and `)}
          order by idx desc limit ${limit}
        ) as found
      order by idx desc limit ${limit}`.execute(this.#db);
    return rows;
  }
}

/** Blocks one after the other, highest first, are one range. */
function rangesOf(blocks: readonly number[]): Range[] {
  const ranges: Range[] = [];
  for (const n of blocks) {
    const from = n * BLOCK_LEAVES;
    const last = ranges.at(-1);
    if (last?.from === from + BLOCK_LEAVES) ranges[ranges.length - 1] = { from, to: last.to };
    else ranges.push({ from, to: from + BLOCK_LEAVES });
  }
  return ranges;
}

function filtersOf(request: LedgerQueryRequest, tenant: string | null): RawBuilder<boolean>[] {
  const { fromMs, toMs, keyId, kind, model, provider, tag, reason } = request;
  const filters = [sql<boolean>`leaf.type = 'decision'`];
  if (tenant !== null) filters.push(sql`leaf.tenant = ${tenant}`);
  if (fromMs > 0n) filters.push(sql`leaf.at_ms >= ${String(fromMs)}`);
  if (toMs > 0n) filters.push(sql`leaf.at_ms < ${String(toMs)}`);
  if (keyId !== "") filters.push(sql`leaf.key_id = ${keyId}`);
  if (kind !== "") filters.push(sql`leaf.kind = ${kind}`);
  if (tag !== "") filters.push(sql`leaf.tags @> array[${tag}]`);
  if (reason !== "") filters.push(sql`to_tsvector('simple', leaf.reason) @@ plainto_tsquery('simple', ${reason})`);
  // A decision is found by the endpoint that it chose first, and by the one that answered after a fallback.
  if (model !== "") filters.push(sql`(leaf.model = ${model} or ${answered(sql`outcome.model = ${model}`)})`);
  if (provider !== "") {
    filters.push(sql`(leaf.provider = ${provider} or ${answered(sql`outcome.provider = ${provider}`)})`);
  }
  const [min, max] = [boundOf(request.minCostPicoUsd), boundOf(request.maxCostPicoUsd)];
  if (min !== null) filters.push(answered(sql`outcome.cost >= ${min}`));
  if (max !== null) filters.push(answered(sql`outcome.cost <= ${max}`));
  return filters;
}

/** That the decision was executed, and its outcome is so. */
function answered(condition: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql`exists (
    select from ledger_request as ended join ledger_leaf as outcome on outcome.idx = ended.outcome_idx
    where ended.request_id = leaf.request_id and ended.decision_id = leaf.decision_id and ${condition})`;
}

function boundOf(cost: string): string | null {
  if (cost === "") return null;
  if (COST.test(cost)) return BigInt(cost).toString();
  throw new SignalboxError("invalid-request", "A cost is pico-USD in digits.", { details: { param: "cost" } });
}
