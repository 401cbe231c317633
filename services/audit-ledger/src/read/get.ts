import type { handleUnaryCall } from "@grpc/grpc-js";
import { SignalboxError, Uuid } from "@signalbox/proto";
import type { LedgerGetRequest, LedgerRecord } from "@signalbox/proto/grpc/ledger";
import type { ReadContext } from "./read-context.ts";
import { leavesOfRequests } from "./leaf-rows.ts";
import { labelsOfRequests, recordOf } from "./record.ts";
import { scopeOf } from "./scope.ts";
import { serveUnary } from "./serve-call.ts";

/** `Ledger.Get`: what the register holds of a request, by its own id or by that of one of its decisions. */
export function createGet({ db, log, callers }: ReadContext): handleUnaryCall<LedgerGetRequest, LedgerRecord> {
  return serveUnary(log, async (call) => {
    const scope = scopeOf(call, callers);
    const { id } = call.request;
    if (!Uuid.safeParse(id).success) {
      throw new SignalboxError("invalid-request", "An id is a UUID in lower case.", { details: { param: "id" } });
    }
    const decision = await db
      .selectFrom("ledger_leaf")
      .select("request_id")
      .where("decision_id", "=", id)
      .where("type", "=", "decision")
      .limit(1)
      .executeTakeFirst();
    const requestId = decision?.request_id ?? id;
    const leaves = (await leavesOfRequests(db, scope, [requestId])).get(requestId);
    if (leaves === undefined) throw new SignalboxError("not-found", "The register holds no such decision or request.");
    const labels = await labelsOfRequests(db, [requestId]);
    return recordOf(leaves, labels.get(requestId) ?? "", decision === undefined ? null : id);
  });
}
