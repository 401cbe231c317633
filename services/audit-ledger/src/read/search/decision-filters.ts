import { SignalboxError } from "@signalbox/proto";
import type { LedgerQueryRequest } from "@signalbox/proto/grpc/ledger";
import { sql, type RawBuilder } from "kysely";

const COST = /^\d{1,31}$/;

/**
 * What a row of `ledger_leaf as leaf` must be for a request. Throws `invalid-request` for what cannot be looked for.
 */
export function filtersOf(request: LedgerQueryRequest, tenant: string | null): RawBuilder<boolean>[] {
  const { fromMs, toMs, keyId, kind, model, provider, tag, reason } = request;
  for (const [param, text] of Object.entries({ key: keyId, kind, model, provider, tag, reason })) {
    // PostgreSQL keeps no text with it, so nothing can be found by it.
    if (text.includes("\0"))
      throw new SignalboxError("invalid-request", "A text holds no NUL.", { details: { param } });
  }
  const filters = [sql<boolean>`leaf.type = 'decision'`];
  if (tenant !== null) filters.push(sql`leaf.tenant = ${tenant}`);
  if (fromMs > 0n) filters.push(sql`leaf.at_ms >= ${String(fromMs)}`);
  if (toMs > 0n) filters.push(sql`leaf.at_ms < ${String(toMs)}`);
  if (keyId !== "") filters.push(sql`leaf.key_id = ${keyId}`);
  if (kind !== "") filters.push(sql`leaf.kind = ${kind}`);
  if (tag !== "") filters.push(sql`leaf.tags @> array[${tag}]`);
  if (reason !== "") filters.push(sql`to_tsvector('simple', leaf.reason) @@ plainto_tsquery('simple', ${reason})`);
  // A decision is found by the endpoint that it chose first, and by the one that answered after a fallback.
  if (model !== "") filters.push(sql`(leaf.model = ${model} or ${outcomes(sql`outcome.model`)} = ${model})`);
  if (provider !== "") {
    filters.push(sql`(leaf.provider = ${provider} or ${outcomes(sql`outcome.provider`)} = ${provider})`);
  }
  const [min, max] = [boundOf(request.minCostPicoUsd), boundOf(request.maxCostPicoUsd)];
  if (min !== null || max !== null) {
    filters.push(sql`${outcomes(sql`outcome.cost`)} between ${min ?? "0"}::numeric and ${max ?? "Infinity"}::numeric`);
  }
  return filters;
}

/**
 * What the outcome says of a decision that was executed; null of others. It is a value and not a condition, because
 * PostgreSQL makes a join of `exists`, and reads all requests of a log for the few decisions of a page.
 */
function outcomes(value: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(select ${value} from ledger_request as ended join ledger_leaf as outcome on outcome.idx = ended.outcome_idx
    where ended.request_id = leaf.request_id and ended.decision_id = leaf.decision_id)`;
}

/** A bound on a cost in pico-USD; null for none. */
export function boundOf(cost: string): string | null {
  if (cost === "") return null;
  if (COST.test(cost)) return BigInt(cost).toString();
  throw new SignalboxError("invalid-request", "A cost is pico-USD in digits.", { details: { param: "cost" } });
}
