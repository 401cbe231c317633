import type { handleServerStreamingCall } from "@grpc/grpc-js";
import { SignalboxError, Uuid } from "@signalbox/proto";
import type { LedgerReplayRequest, LedgerReplayResult } from "@signalbox/proto/grpc/ledger";
import type { DecisionRow } from "../replays/copied-rows.ts";
import type { DecisionPages } from "../replays/decision-pages.ts";
import type { Replayed } from "../replays/replay-messages.ts";
import { selectLeaves } from "./leaf-rows.ts";
import type { ReadContext } from "./read-context.ts";
import type { Replayer, ReplayPage } from "../replays/replayer.ts";
import { scopeOf, type Scope } from "./scope.ts";
import { serveStream } from "./serve-call.ts";

/** `Ledger.Replay`: one decision, or all of an index range in the order of the log. */
export function createReplay(
  context: ReadContext,
  { replayer, decisions }: { replayer: Replayer; decisions: DecisionPages },
): handleServerStreamingCall<LedgerReplayRequest, LedgerReplayResult> {
  return serveStream(context, async function* (call, signal) {
    const scope = scopeOf(call);
    for await (const results of replayer.run(
      decisionsOf({ ...context, decisions }, { scope, request: call.request }),
    )) {
      for (const [row, result] of results) {
        if (signal.aborted) return;
        yield comparisonOf(row, result);
      }
    }
  });
}

async function* decisionsOf(
  { db, decisions }: ReadContext & { readonly decisions: DecisionPages },
  { scope, request }: { scope: Scope; request: LedgerReplayRequest },
): AsyncGenerator<ReplayPage<DecisionRow>> {
  const { decisionId, fromIndex, toIndex } = request;
  if (decisionId !== "") {
    const leaves = selectLeaves(db, scope).where("type", "=", "decision");
    const isId = Uuid.safeParse(decisionId).success;
    const row = isId ? await leaves.where("decision_id", "=", decisionId).executeTakeFirst() : undefined;
    if (row === undefined) throw new SignalboxError("not-found", "The register holds no such decision.");
    yield { rows: [row] };
    return;
  }
  const range = { fromIndex: Number(fromIndex), toIndex: toIndex > 0n ? Number(toIndex) : null };
  for await (const rows of decisions.read({ ...scope, ...range, fromMs: null, toMs: null })) yield { rows };
}

/** What was decided and what is decided now, byte for byte. `error` says why they could not be compared. */
function comparisonOf(row: DecisionRow, result: Replayed): LedgerReplayResult {
  const head = { decisionId: row.decision_id ?? "", index: BigInt(row.idx) };
  if (!result.ok) return { ...head, identical: false, differences: [], error: result.error };
  return { ...head, identical: result.differences.length === 0, differences: [...result.differences], error: "" };
}
