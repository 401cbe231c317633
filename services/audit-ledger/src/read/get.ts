import type { handleUnaryCall } from "@grpc/grpc-js";
import { SignalboxError, Uuid } from "@signalbox/proto";
import type { LedgerGetRequest, LedgerRecord } from "@signalbox/proto/grpc/ledger";
import type { ReadContext } from "./read-context.ts";
import { leavesOfId } from "./leaf-rows.ts";
import { labelsOfRequests, recordOf } from "./record.ts";
import { scopeOf } from "./scope.ts";
import { serveUnary } from "./serve-call.ts";

/** `Ledger.Get`: what the register holds of a request, by its own id or by that of one of its decisions. */
export function createGet({ db, log }: ReadContext): handleUnaryCall<LedgerGetRequest, LedgerRecord> {
  return serveUnary(log, async (call) => {
    const scope = scopeOf(call);
    const { id } = call.request;
    if (!Uuid.safeParse(id).success) {
      throw new SignalboxError("invalid-request", "An id is a UUID in lower case.", { details: { param: "id" } });
    }
    const { requestId, isDecision, leaves } = await leavesOfId(db, scope, id);
    if (leaves.length === 0) throw new SignalboxError("not-found", "The register holds no such decision or request.");
    const labels = await labelsOfRequests(db, [requestId]);
    return recordOf(leaves, labels.get(requestId) ?? "", isDecision ? id : null);
  });
}
