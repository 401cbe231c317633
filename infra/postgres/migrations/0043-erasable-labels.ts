import { sql, type Kysely } from "kysely";

/** What erases content erases the plain labels of the same requests, and finds an end user's requests. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`grant select (tenant), delete on ledger_label to signalbox_ingress`.execute(db);
  await sql`create index cost_line_by_end_user on cost_line (tenant, end_user) where end_user is not null`.execute(db);
  // Ingress reads no leaves; of a request that is erased it needs to know under which keys the cache has its answer.
  await sql`
    create function request_cache_keys(p_tenant text, p_request uuid) returns setof text
    language sql stable security definer set search_path = public, pg_temp as $$
      select cost_payload(l.leaf) #>> '{input,facts,cache,key}' from ledger_leaf l
      where l.request_id = p_request and l.tenant = p_tenant and l.type = 'decision'
    $$`.execute(db);
  await sql`revoke execute on function request_cache_keys(text, uuid) from public`.execute(db);
  await sql`grant execute on function request_cache_keys(text, uuid) to signalbox_ingress`.execute(db);
}
