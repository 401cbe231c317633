import type { handleUnaryCall } from "@grpc/grpc-js";
import type { LedgerQueryRequest, LedgerQueryResponse } from "@signalbox/proto/grpc/ledger";
import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Database } from "../database.ts";
import { leavesOfRequests, selectLeaves, type LeafRow } from "./leaf-rows.ts";
import type { ReadContext } from "./read-context.ts";
import { labelsOfRequests, recordOf } from "./record.ts";
import { scopeOf, type Scope } from "./scope.ts";
import { serveUnary } from "./serve-call.ts";

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 500;

/** `Ledger.Query`: decisions, newest first, with what became of them. */
export function createQuery({
  db,
  log,
  callers,
}: ReadContext): handleUnaryCall<LedgerQueryRequest, LedgerQueryResponse> {
  return serveUnary(log, async (call) => {
    const scope = scopeOf(call, callers);
    const limit = Math.min(call.request.limit || LIMIT_DEFAULT, LIMIT_MAX);
    const decisions = await selectDecisions({ db, scope, request: call.request, limit });
    const requestIds = [...new Set(decisions.flatMap((row) => row.request_id ?? []))];
    const leaves = await leavesOfRequests(db, scope, requestIds);
    const labels = await labelsOfRequests(db, requestIds);
    const last = decisions.at(-1);
    return {
      records: decisions.map((row) => {
        const requestId = row.request_id ?? "";
        return recordOf(leaves.get(requestId) ?? [row], labels.get(requestId) ?? "", row.decision_id);
      }),
      nextBeforeIndex: decisions.length < limit || last === undefined ? 0n : BigInt(last.idx),
    };
  });
}

type Selection = { db: Kysely<Database>; scope: Scope; request: LedgerQueryRequest; limit: number };

function selectDecisions({ db, scope, request, limit }: Selection): Promise<LeafRow[]> {
  let query = selectLeaves(db, scope).where("type", "=", "decision");
  if (request.beforeIndex > 0n) query = query.where("idx", "<", String(request.beforeIndex));
  if (request.fromMs > 0n) query = query.where("at_ms", ">=", String(request.fromMs));
  if (request.toMs > 0n) query = query.where("at_ms", "<", String(request.toMs));
  if (request.keyId !== "") query = query.where("key_id", "=", request.keyId);
  if (request.kind !== "") query = query.where("kind", "=", request.kind);
  if (request.model !== "") query = query.where(chosenOrAnswered("model", request.model));
  if (request.provider !== "") query = query.where(chosenOrAnswered("provider", request.provider));
  return query.orderBy("idx", "desc").limit(limit).execute();
}

/** A decision is found by the endpoint that it chose first, and by the one that answered after a fallback. */
function chosenOrAnswered(column: "model" | "provider", value: string): RawBuilder<boolean> {
  const name = sql.ref(column);
  return sql<boolean>`(ledger_leaf.${name} = ${value} or exists (
    select from ledger_leaf as answer where answer.request_id = ledger_leaf.request_id
      and answer.decision_id = ledger_leaf.decision_id and answer.type = 'outcome' and answer.${name} = ${value}))`;
}
