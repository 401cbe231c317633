import type { handleServerStreamingCall } from "@grpc/grpc-js";
import { SignalboxError, Uuid } from "@signalbox/proto";
import type { LedgerReplayRequest, LedgerReplayResult } from "@signalbox/proto/grpc/ledger";
import { selectLeaves, type LeafRow } from "./leaf-rows.ts";
import type { ReadContext } from "./read-context.ts";
import type { Replayer } from "./replayer.ts";
import { scopeOf, type Scope } from "./scope.ts";
import { serveStream } from "./serve-call.ts";

const PAGE_DECISIONS = 64;

/** `Ledger.Replay`: one decision, or all of an index range in the order of the log. */
export function createReplay(
  context: ReadContext,
  replayer: Replayer,
): handleServerStreamingCall<LedgerReplayRequest, LedgerReplayResult> {
  return serveStream(context.log, async function* (call, signal) {
    const scope = scopeOf(call, context.callers);
    for await (const rows of decisionsOf(context, { scope, request: call.request })) {
      for await (const result of replayer.replay(rows)) {
        if (signal.aborted) return;
        yield result;
      }
    }
  });
}

async function* decisionsOf(
  { db }: ReadContext,
  { scope, request }: { scope: Scope; request: LedgerReplayRequest },
): AsyncGenerator<LeafRow[]> {
  const decisions = selectLeaves(db, scope).where("type", "=", "decision");
  if (request.decisionId !== "") {
    const isId = Uuid.safeParse(request.decisionId).success;
    const row = isId ? await decisions.where("decision_id", "=", request.decisionId).executeTakeFirst() : undefined;
    if (row === undefined) throw new SignalboxError("not-found", "The register holds no such decision.");
    yield [row];
    return;
  }
  let from = request.fromIndex;
  for (;;) {
    let page = decisions.where("idx", ">=", String(from)).orderBy("idx").limit(PAGE_DECISIONS);
    if (request.toIndex > 0n) page = page.where("idx", "<", String(request.toIndex));
    const rows = await page.execute();
    yield rows;
    const last = rows.at(-1);
    if (rows.length < PAGE_DECISIONS || last === undefined) return;
    from = BigInt(last.idx) + 1n;
  }
}
