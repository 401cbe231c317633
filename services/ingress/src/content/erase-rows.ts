import { type RawBuilder, sql, type Transaction } from "kysely";
import type { ContentDatabase } from "./content-database.ts";
import type { ErasureTarget } from "./erasure-target.ts";

/** A tenant's labels may be tens of millions of rows; a query of a request has half a minute. */
const STATEMENT_TIMEOUT_MS = 600_000;

type ErasedRows = {
  /** Requests whose content is gone. */
  readonly erased: number;
  /** Answers of the cache, by their ids: its instances hold some in memory. */
  readonly cached: readonly string[];
  readonly storedResponses: number;
  /** Requests whose plain labels are gone. */
  readonly labels: number;
};

/** Erases what is kept of requests' content and labels in all places, at one moment. */
export async function eraseRows(db: Transaction<ContentDatabase>, target: ErasureTarget): Promise<ErasedRows> {
  const { of } = target;
  const rows = rowsOf(target);
  await sql`select set_config('statement_timeout', ${String(STATEMENT_TIMEOUT_MS)}, true)`.execute(db);
  const { rows: found } = await sql<Omit<ErasedRows, "cached"> & { cached: string[] | null }>`
    with asked (request_id) as materialized (${rows.requests}),
    content as (delete from retained_content where tenant = ${of} and ${rows.content} returning 1),
    answer as (delete from cache_entry where tenant = ${of} and ${rows.answer} returning entry_id),
    response as (delete from stored_response where tenant = ${of} and ${rows.response} returning 1),
    label as (delete from ledger_label where tenant = ${of} and ${rows.label} returning 1)
    select (select count(*)::integer from content) as erased, (select array_agg(entry_id) from answer) as cached,
      (select count(*)::integer from response) as "storedResponses", (select count(*)::integer from label) as labels
  `.execute(db);
  const [counted] = found;
  if (counted === undefined) throw new Error("counts over nothing have no row");
  return { ...counted, cached: counted.cached ?? [] };
}

/** Which rows of each table an erasure takes. */
type Rows = Readonly<Record<"requests" | "content" | "answer" | "response" | "label", RawBuilder<unknown>>>;

function rowsOf({ of, scope, user }: ErasureTarget): Rows {
  if (scope.kind === "request") return rowsOfRequests(of, sql`select ${scope.requestId}::uuid`);
  if (scope.kind === "age") return rowsOfTimes(scope.fromMs ?? 0, scope.beforeMs);
  if (scope.kind === "user") {
    // Found by its words and by its digest: of some requests one of the two stands alone.
    const requests = sql`select request_id from ledger_label where tenant = ${of} and labels ->> 'user' = ${user}
      union select request_id from cost_line where tenant = ${of} and end_user = ${scope.user}`;
    return rowsOfRequests(of, requests);
  }
  const all = sql`true`;
  return { requests: NONE, content: all, answer: all, response: all, label: all };
}

const NONE = sql`select null::uuid where false`;

function rowsOfRequests(of: string, requests: RawBuilder<unknown>): Rows {
  return {
    requests,
    content: sql`request_id in (select request_id from asked)`,
    answer: sql`key in (select request_cache_keys(${of}, request_id) from asked)`,
    response: sql`id in (select 'resp_' || replace(request_id::text, '-', '') from asked)`,
    label: sql`request_id in (select request_id from asked)`,
  };
}

function rowsOfTimes(fromMs: number, beforeMs: number): Rows {
  const kept = sql`created_at >= ${new Date(fromMs)} and created_at < ${new Date(beforeMs)}`;
  // A request's id begins with the time at which it came.
  const came = sql`request_id >= ${firstIdAt(fromMs)}::uuid and request_id < ${firstIdAt(beforeMs)}::uuid`;
  return { requests: NONE, content: kept, answer: kept, response: kept, label: came };
}

/** The least UUID in version 7 form (RFC 9562, section 5.7) of a millisecond. */
export function firstIdAt(ms: number): string {
  const hex = ms.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
