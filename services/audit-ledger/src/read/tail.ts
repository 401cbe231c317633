import { setTimeout as sleep } from "node:timers/promises";
import type { handleServerStreamingCall } from "@grpc/grpc-js";
import { EVENT_TYPES, SignalboxError } from "@signalbox/proto";
import type { LedgerEntry, LedgerTailRequest } from "@signalbox/proto/grpc/ledger";
import { entryOf, selectLeaves } from "./leaf-rows.ts";
import type { ReadContext } from "./read-context.ts";
import { scopeOf, type Scope } from "./scope.ts";
import { serveStream } from "./serve-call.ts";

/** About a megabyte of leaves. */
const PAGE_ENTRIES = 128;
/**
 * How many leaves one query looks through when only some types are wanted: the fewer it finds, the more the next one
 * looks through. Without a limit one query for a rare type would read the whole log and hold a connection meanwhile.
 */
const LOOK_MIN_LEAVES = 1_024n;
const LOOK_MAX_LEAVES = 65_536n;
/** How long new entries may go unnoticed when another instance appended them. */
const POLL_MS = 500;
/** Under load a follower reads pages at this distance, rather than one query for each commit. */
const GATHER_MS = 20;

/**
 * `Ledger.Tail`: entries from an index on, for ever. Indexes are dense and committed in order, so what is below the
 * head's size is complete, and a reader that comes back with the next index misses and repeats nothing. `stopping` ends
 * it with `stage-unavailable`.
 */
export function createTail(
  context: ReadContext,
  stopping: AbortSignal,
): handleServerStreamingCall<LedgerTailRequest, LedgerEntry> {
  return serveStream({ log: context.log, until: stopping }, async function* (call, signal) {
    const scope = scopeOf(call);
    const { fromIndex, types } = call.request;
    const unknown = types.find((type) => !(EVENT_TYPES as readonly string[]).includes(type));
    if (unknown !== undefined) {
      throw new SignalboxError("invalid-request", `There is no type ${unknown}.`, { details: { param: "types" } });
    }
    let [next, look] = [fromIndex, LOOK_MIN_LEAVES];
    while (!signal.aborted) {
      const page = await readPage(context, { scope, types, from: next, look });
      for (const entry of page.entries) yield entry;
      next = page.next;
      if (page.entries.length === PAGE_ENTRIES) look = LOOK_MIN_LEAVES;
      else if (look < LOOK_MAX_LEAVES) look *= 2n;
      if (page.isLast) await context.commits.wait(POLL_MS, signal);
      await sleep(page.isLast ? GATHER_MS : 0, undefined, { signal }).catch(() => {});
    }
  });
}

type Page = { entries: LedgerEntry[]; next: bigint; isLast: boolean };

async function readPage(
  { db }: ReadContext,
  cursor: { scope: Scope; types: readonly string[]; from: bigint; look: bigint },
): Promise<Page> {
  const { scope, types, from, look } = cursor;
  // The size is read first: all that it counts is visible to the query after it.
  const head = await db.selectFrom("ledger_head").select("size").executeTakeFirstOrThrow();
  const size = BigInt(head.size);
  if (from >= size) return { entries: [], next: from, isLast: true };
  const to = types.length > 0 && size - from > look ? from + look : size;
  let query = selectLeaves(db, scope).where("idx", ">=", String(from)).where("idx", "<", String(to));
  if (types.length > 0) query = query.where("type", "in", types);
  const rows = await query.orderBy("idx").limit(PAGE_ENTRIES).execute();
  const last = rows.at(-1);
  if (rows.length < PAGE_ENTRIES || last === undefined) {
    return { entries: rows.map(entryOf), next: to, isLast: to === size };
  }
  return { entries: rows.map(entryOf), next: BigInt(last.idx) + 1n, isLast: false };
}
