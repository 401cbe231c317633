import { sql, type Kysely } from "kysely";

/**
 * What the throttles of policies have let through of late. One row is an account: a rule and whose requests it counts,
 * as a digest. Policy may take from it by the one function, and do nothing else to it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table policy_throttle (
      account text primary key check (length(account) between 1 and 128),
      -- [[at in Unix milliseconds, how many], …], ascending: what was given to instances, for as long as it counts.
      given jsonb not null default '[]',
      seen_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index policy_throttle_seen on policy_throttle (seen_at)`.execute(db);
  await createTake(db);
  const signature = "policy_throttle_take(text, bigint, bigint, bigint, bigint, bigint)";
  await sql.raw(`revoke execute on function ${signature} from public`).execute(db);
  await sql.raw(`grant execute on function ${signature} to signalbox_policy`).execute(db);
}

/**
 * Gives as many as are free, at most `p_wanted`, after what comes back of an earlier part is free again. The clock is the
 * database's, so that all instances count by the same one. Accounts that nobody asked for go after an hour.
 */
async function createTake(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function policy_throttle_take(
      p_account text, p_limit bigint, p_wanted bigint, p_returned_at bigint, p_returned bigint, p_counts_ms bigint
    ) returns table (given_at bigint, given bigint, free bigint, frees_in_ms bigint)
    language plpgsql security definer set search_path = public, pg_temp as $$
    declare
      slots jsonb; used bigint; first_at bigint; last_at bigint; part bigint; now_ms bigint;
    begin
      insert into policy_throttle (account) values (p_account) on conflict do nothing;
      select t.given into strict slots from policy_throttle t where t.account = p_account for update;
      now_ms := floor(extract(epoch from clock_timestamp()) * 1000);
      select coalesce(jsonb_agg(jsonb_build_array(s.at, s.n) order by s.at), '[]'), coalesce(sum(s.n), 0), min(s.at), max(s.at)
        into slots, used, first_at, last_at
      from (
        select e.at, e.n - case when e.at = p_returned_at then least(p_returned, e.n) else 0 end as n
        from (select (x->>0)::bigint as at, (x->>1)::bigint as n from jsonb_array_elements(slots) x) e
        where e.at > now_ms - p_counts_ms
      ) s where s.n > 0;
      part := greatest(0, least(p_limit - used, p_wanted));
      -- No two parts have the same time, so that what comes back is told apart.
      now_ms := greatest(now_ms, coalesce(last_at, 0) + 1);
      if part > 0 then slots := slots || jsonb_build_array(jsonb_build_array(now_ms, part)); end if;
      update policy_throttle t set given = slots, seen_at = now() where t.account = p_account;
      delete from policy_throttle t where t.account in (
        select o.account from policy_throttle o where o.seen_at < now() - interval '1 hour' limit 8 for update skip locked
      );
      return query select now_ms, part, greatest(0, p_limit - used - part),
        greatest(1, coalesce(first_at, now_ms) + p_counts_ms - now_ms);
    end $$`.execute(db);
}
