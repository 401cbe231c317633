import type { LedgerQueryRequest } from "@signalbox/proto/grpc/ledger";
import type { Kysely } from "kysely";
import type { Database } from "../../database.ts";
import type { LeafRow } from "../leaf-rows.ts";
import type { Scope } from "../scope.ts";
import { BlockSearch } from "./block-search.ts";

/** When a page stops looking: one that found less than was asked for says where to go on. */
const PAGE_BLOCKS_MAX = 512;
const PAGE_MS = 300;
/** The first look takes few blocks, because what is asked for is mostly frequent; the next ones take more. */
const FIRST_BLOCKS = 4;
const LOOK_BLOCKS_MAX = 32;

type DecisionSearch = {
  readonly db: Kysely<Database>;
  readonly scope: Scope;
  readonly request: LedgerQueryRequest;
  readonly limit: number;
};

type FoundDecisions = {
  /** Newest first, or oldest first where that was asked for. */
  readonly rows: readonly LeafRow[];
  /** What lies below, or from there on, has not been looked at; null when there is nothing more. */
  readonly next: number | null;
};

/** The decisions that are as the request says, from the one end of its range or from the other. */
export async function searchDecisions({ db, scope, request, limit }: DecisionSearch): Promise<FoundDecisions> {
  const search = new BlockSearch(db, { scope, request });
  const isUpwards = request.oldestFirst;
  const rows: LeafRow[] = [];
  let rest = await search.start();
  let [blocks, looked] = [FIRST_BLOCKS, 0];
  const untilMs = performance.now() + PAGE_MS;
  while (rows.length < limit && looked < PAGE_BLOCKS_MAX && rest.from < rest.to) {
    if (looked > 0 && performance.now() > untilMs) break;
    const ranges = isUpwards ? await search.rangesUp(rest, blocks) : await search.rangesDown(rest, blocks);
    const last = ranges.at(-1);
    if (last === undefined) return { rows, next: null };
    rows.push(...(await search.decisionsIn(ranges, limit - rows.length)));
    rest = isUpwards ? { ...rest, from: last.to } : { ...rest, to: last.from };
    looked += blocks;
    blocks = Math.min(blocks * 2, LOOK_BLOCKS_MAX);
  }
  const last = rows.length === limit ? rows.at(-1) : undefined;
  if (last !== undefined)
    rest = isUpwards ? { ...rest, from: Number(last.idx) + 1 } : { ...rest, to: Number(last.idx) };
  if (rest.from >= rest.to) return { rows, next: null };
  return { rows, next: isUpwards ? rest.from : rest.to };
}
