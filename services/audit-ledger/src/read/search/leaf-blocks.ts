import { repeatWork, type Logger } from "@signalbox/kit";
import { sql, type Kysely } from "kysely";
import type { Head } from "../../append/head.ts";
import type { Database } from "../../database.ts";
import { BLOCK_LEAVES } from "./block-facets.ts";
import { descriptionsIn } from "./block-descriptions.ts";

const CHECK_EVERY_MS = 500;

type LeafBlocksOptions = {
  readonly db: Kysely<Database>;
  readonly log: Logger;
  /** The head as it was committed; null while another instance sequences, which then describes. */
  readonly head: () => Head | null;
};

/** Keeps `ledger_block` up with the log: each block is described once all of its leaves are there. */
export function keepLeafBlocks({ db, log, head }: LeafBlocksOptions): AsyncDisposable {
  const stop = new AbortController();
  /** The first that is not described; null while it has to be read. */
  let next: number | null = null;

  async function describeNext(): Promise<void> {
    const size = head()?.size;
    if (size === undefined) {
      next = null;
      return;
    }
    next ??= await firstLeft(db);
    for (; (next + 1) * BLOCK_LEAVES <= size && !stop.signal.aborted; next += 1) await describeBlock(db, next);
  }

  const describing = repeatWork({
    everyMs: CHECK_EVERY_MS,
    work: describeNext,
    onFailure: (error) => log.warn({ err: error }, "blocks of leaves could not be described"),
  });
  return {
    [Symbol.asyncDispose]() {
      stop.abort();
      return describing[Symbol.asyncDispose]();
    },
  };
}

async function firstLeft(db: Kysely<Database>): Promise<number> {
  const { rows } = await sql<{ next: string }>`select coalesce(max(n) + 1, 0) as next from ledger_block`.execute(db);
  return Number(rows[0]?.next);
}

/** Adds what a block's outcomes say to the blocks of their decisions too. Blocks are described in order, so those are there. */
async function describeBlock(db: Kysely<Database>, n: number): Promise<void> {
  await sql`
    insert into ledger_block as block (n, from_ms, to_ms, facets) ${descriptionsIn(n)}
    on conflict (n) do update
      set facets = array(select unnest(block.facets) union select unnest(excluded.facets))
      where not block.facets @> excluded.facets`.execute(db);
}
