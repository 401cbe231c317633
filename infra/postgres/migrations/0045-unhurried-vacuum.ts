import { sql, type Kysely } from "kysely";

/** Nothing in the register dies, so that its vacuum only marks pages: ten times slower than others will do. */
const OPTIONS = sql`autovacuum_vacuum_cost_delay = 20`;

/**
 * At the usual pace the vacuum after some minutes of full load reads and writes a gigabyte in a minute, and whoever
 * wants a leaf in it waits for the disk, for up to half a second.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function ledger_ensure_partition(wanted_idx bigint) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
    declare
      part bigint := wanted_idx / 1048576;
      name text := 'ledger_leaf_' || part;
    begin
      if to_regclass(name) is not null then return; end if;
      if part not between 0 and 1 + (select size / 1048576 from ledger_head) then
        raise exception 'partition % is not the next one', part;
      end if;
      execute format('create table %I (like ledger_leaf including defaults including constraints including storage)
        with (toast_tuple_target = 8160, ${OPTIONS})', name);
      execute format('alter table %I alter column leaf set statistics 0, alter column leaf_hash set statistics 0', name);
      execute format('alter table ledger_leaf attach partition %I for values from (%s) to (%s)',
        name, part * 1048576, (part + 1) * 1048576);
      -- Row triggers pass to a partition by themselves, those of TRUNCATE do not.
      execute format('create trigger ledger_leaf_is_not_truncated before truncate on %I
        for each statement execute function ledger_refuse_change()', name);
    end $$`.execute(db);
  await sql`
    do $$
    declare part regclass;
    begin
      for part in select inhrelid::regclass from pg_inherits where inhparent = 'ledger_leaf'::regclass loop
        execute format('alter table %s set (${OPTIONS})', part);
      end loop;
    end $$`.execute(db);
  for (const table of ["ledger_event", "ledger_request", "ledger_tile"]) {
    await sql`alter table ${sql.table(table)} set (${OPTIONS})`.execute(db);
  }
}
