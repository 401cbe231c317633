import type { handleUnaryCall } from "@grpc/grpc-js";
import type { LedgerQueryRequest, LedgerQueryResponse } from "@signalbox/proto/grpc/ledger";
import { leavesOfRequests } from "./leaf-rows.ts";
import type { ReadContext } from "./read-context.ts";
import { labelsOfRequests, recordOf } from "./record.ts";
import { scopeOf } from "./scope.ts";
import { searchDecisions } from "./search/decision-search.ts";
import { serveUnary } from "./serve-call.ts";

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 500;

/** `Ledger.Query`: decisions, from either end of the log, with what became of them. */
export function createQuery({ db, log }: ReadContext): handleUnaryCall<LedgerQueryRequest, LedgerQueryResponse> {
  return serveUnary(log, async (call) => {
    const scope = scopeOf(call);
    const limit = Math.min(call.request.limit || LIMIT_DEFAULT, LIMIT_MAX);
    const { rows, next } = await searchDecisions({ db, scope, request: call.request, limit });
    const requestIds = [...new Set(rows.flatMap((row) => row.request_id ?? []))];
    const leaves = await leavesOfRequests(db, scope, requestIds);
    const labels = await labelsOfRequests(db, requestIds);
    return {
      records: rows.map((row) => {
        const requestId = row.request_id ?? "";
        return recordOf(leaves.get(requestId) ?? [row], labels.get(requestId) ?? "", row.decision_id);
      }),
      nextBeforeIndex: BigInt(call.request.oldestFirst ? 0 : (next ?? 0)),
      nextFromIndex: BigInt(call.request.oldestFirst ? (next ?? 0) : 0),
    };
  });
}
