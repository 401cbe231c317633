import { SignalboxError } from "@signalbox/proto";
import type { LedgerQueryRequest } from "@signalbox/proto/grpc/ledger";
import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Database } from "../../database.ts";
import type { LeafRow } from "../leaf-rows.ts";
import type { Scope } from "../scope.ts";
import { BLOCK_LEAVES, costFacets } from "./block-facets.ts";
import { boundOf, filtersOf } from "./decision-filters.ts";

/** Leaves [from, to). */
type Range = { readonly from: number; readonly to: number };

/** Which blocks of leaves may hold what a request asks for, and what they hold of it. */
export class BlockSearch {
  readonly #db: Kysely<Database>;
  readonly #request: LedgerQueryRequest;
  readonly #filters: RawBuilder<boolean>[];
  /** A block must have all of them. */
  readonly #facets: string[];
  /** A block must have one of them; null asks for none. */
  readonly #costs: string[] | null;
  /** How many blocks have a row; the leaves above them are all looked at. */
  #described = 0;
  /**
   * Described blocks with a decision whose outcome stands above all described blocks, and so is not in their facets
   * yet.
   */
  #late: string[] = [];

  constructor(
    db: Kysely<Database>,
    { scope, request }: { readonly scope: Scope; readonly request: LedgerQueryRequest },
  ) {
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

  /** What is to be looked through: what was asked for, as far as the log goes. */
  async start(): Promise<Range> {
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
    return { from: Number(this.#request.fromIndex), to: before > 0 ? Math.min(before, size) : size };
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

  /** The highest ranges that may hold what is asked for, about so many blocks of them, highest first. */
  async rangesDown(within: Range, blocks: number): Promise<Range[]> {
    const tail = this.#described * BLOCK_LEAVES;
    if (within.to > tail)
      return [{ from: Math.max(tail, within.from, within.to - blocks * BLOCK_LEAVES), to: within.to }];
    return this.#describedIn(within, blocks, "desc");
  }

  /** The lowest ones, lowest first. */
  async rangesUp(within: Range, blocks: number): Promise<Range[]> {
    const tail = this.#described * BLOCK_LEAVES;
    const ranges = within.from < tail ? await this.#describedIn(within, blocks, "asc") : [];
    if (ranges.length > 0) return ranges;
    const from = Math.max(tail, within.from);
    return from < within.to ? [{ from, to: Math.min(within.to, from + blocks * BLOCK_LEAVES) }] : [];
  }

  /** Of the blocks that have a row. */
  async #describedIn(within: Range, blocks: number, order: "asc" | "desc"): Promise<Range[]> {
    const { fromMs, toMs } = this.#request;
    let query = this.#db
      .selectFrom("ledger_block")
      .select("n")
      .where("n", ">=", String(Math.floor(within.from / BLOCK_LEAVES)))
      .where("n", "<", String(Math.ceil(within.to / BLOCK_LEAVES)))
      .where(this.#mayHold());
    if (fromMs > 0n) query = query.where("to_ms", ">=", String(fromMs));
    if (toMs > 0n) query = query.where("from_ms", "<", String(toMs));
    const rows = await query.orderBy("n", order).limit(blocks).execute();
    return rangesOf(rows.map(({ n }) => Number(n))).map(({ from, to }) => {
      return { from: Math.max(from, within.from), to: Math.min(to, within.to) };
    });
  }

  /** That a block has all facets that are asked for, or that its facets do not tell. */
  #mayHold(): RawBuilder<boolean> {
    const costs = this.#costs === null ? sql`` : sql` and facets && ${this.#costs}::text[]`;
    const late = this.#late.length === 0 ? sql`` : sql` or n = any (${this.#late}::bigint[])`;
    return sql<boolean>`((facets @> ${this.#facets}::text[]${costs})${late})`;
  }

  async decisionsIn(ranges: readonly Range[], limit: number): Promise<LeafRow[]> {
    const order = this.#request.oldestFirst ? sql`asc` : sql`desc`;
    const { rows } = await sql<LeafRow>`
      select found.* from unnest(${ranges.map(({ from }) => from)}::bigint[], ${ranges.map(({ to }) => to)}::bigint[])
        as range(low, high) cross join lateral (
          select idx, event_id, type, tenant, request_id, decision_id, leaf, at_ms from ledger_leaf as leaf
          where idx >= range.low and idx < range.high and ${sql.join(this.#filters, sql` and `)}
          order by idx ${order} limit ${limit}
        ) as found
      order by idx ${order} limit ${limit}`.execute(this.#db);
    return rows;
  }
}

/** Blocks one after the other, upwards or downwards, are one range. */
function rangesOf(blocks: readonly number[]): Range[] {
  const ranges: Range[] = [];
  for (const n of blocks) {
    const [from, to] = [n * BLOCK_LEAVES, (n + 1) * BLOCK_LEAVES];
    const last = ranges.at(-1);
    if (last?.from === to) ranges[ranges.length - 1] = { from, to: last.to };
    else if (last?.to === from) ranges[ranges.length - 1] = { from: last.from, to };
    else ranges.push({ from, to });
  }
  return ranges;
}
