import { repeatWork, type Logger } from "@signalbox/kit";
import { sql, type Kysely } from "kysely";
import type { Database } from "../../database.ts";
import { BLOCK_LEAVES } from "./block-facets.ts";
import { descriptionsIn } from "./block-descriptions.ts";

const CHECK_EVERY_MS = 500;

type LeafBlocksOptions = {
  readonly db: Kysely<Database>;
  readonly log: Logger;
  /** One instance of several is enough. */
  readonly isLeading: () => boolean;
};

/** Keeps `ledger_block` up with the log: each block is described once all of its leaves are there. */
export function keepLeafBlocks({ db, log, isLeading }: LeafBlocksOptions): AsyncDisposable {
  const stop = new AbortController();
  const describing = repeatWork({
    everyMs: CHECK_EVERY_MS,
    work: async () => {
      if (isLeading()) await describeNext(db, stop.signal);
    },
    onFailure: (error) => log.warn({ err: error }, "blocks of leaves could not be described"),
  });
  return {
    [Symbol.asyncDispose]() {
      stop.abort();
      return describing[Symbol.asyncDispose]();
    },
  };
}

async function describeNext(db: Kysely<Database>, stop: AbortSignal): Promise<void> {
  const { rows } = await sql<{ size: string; next: string }>`
    select size, (select coalesce(max(n) + 1, 0) from ledger_block) as next from ledger_head`.execute(db);
  const [from, full] = [Number(rows[0]?.next), Math.floor(Number(rows[0]?.size) / BLOCK_LEAVES)];
  for (let n = from; n < full && !stop.aborted; n += 1) await describeBlock(db, n);
}

/** Adds what a block's outcomes say to the blocks of their decisions too. Blocks are described in order, so those are there. */
async function describeBlock(db: Kysely<Database>, n: number): Promise<void> {
  await sql`
    insert into ledger_block as block (n, from_ms, to_ms, facets) ${descriptionsIn(n)}
    on conflict (n) do update
      set facets = array(select unnest(block.facets) union select unnest(excluded.facets))
      where not block.facets @> excluded.facets`.execute(db);
}
