import { sql, type Kysely } from "kysely";

/**
 * What was erased stays erased: whoever writes what is kept of a request asks first whether the request came before an
 * erasure that takes it. The rows stand for ever, because a queue holds a request's labels for as long as the ledger is
 * away; a request is held against the few that were made since it came.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table erasure (
      id uuid primary key,
      tenant text not null,
      -- Null: of all requests.
      request_id uuid,
      -- The SHA-256 of the row's id and of an end user's name. Null: of everybody.
      end_user bytea check (octet_length(end_user) = 32),
      -- Requests' ids begin with the time at which they came.
      from_id uuid not null,
      before_id uuid not null
    )`.execute(db);
  await sql`create index erasure_by_time on erasure (tenant, before_id)`.execute(db);
  await sql`grant select (id), delete on erasure to signalbox_ingress`.execute(db);
  await createErase(db);
  await createIsErased(db);
}

/**
 * From its commit on nobody writes what it takes, and what was being written is committed by then. While it waits for
 * that, all who write wait for it, so it does not wait for long.
 */
async function createErase(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function erase(p_id uuid, p_tenant text, p_request uuid, p_user text, p_from uuid, p_before uuid)
    returns void language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '5s' as $$
    begin
      perform pg_advisory_xact_lock(44);
      insert into erasure (id, tenant, request_id, end_user, from_id, before_id)
      values (p_id, p_tenant, p_request, sha256(uuid_send(p_id) || convert_to(p_user, 'UTF8')), p_from, p_before);
    end $$`.execute(db);
  const signature = sql`erase(uuid, text, uuid, text, uuid, uuid)`;
  await sql`revoke execute on function ${signature} from public`.execute(db);
  await sql`grant execute on function ${signature} to signalbox_ingress`.execute(db);
}

/**
 * Volatile, so that its query sees what was committed while it waited for the lock; that is held until the caller's
 * transaction ends. Without a user it is anybody's request; one of nobody has an empty name.
 */
async function createIsErased(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function is_erased(p_tenant text, p_request uuid, p_user text) returns boolean
    language plpgsql volatile security definer set search_path = public, pg_temp as $$
    begin
      perform pg_advisory_xact_lock_shared(44);
      return exists (
        select from erasure e
        where e.tenant = p_tenant and e.before_id > p_request and e.from_id <= p_request
          and (e.request_id is null or e.request_id = p_request)
          and (e.end_user is null or p_user is null
            or e.end_user = sha256(uuid_send(e.id) || convert_to(p_user, 'UTF8')))
      );
    end $$`.execute(db);
  const signature = sql`is_erased(text, uuid, text)`;
  await sql`revoke execute on function ${signature} from public`.execute(db);
  await sql`grant execute on function ${signature} to signalbox_ingress, signalbox_ledger, signalbox_cache`.execute(db);
}
