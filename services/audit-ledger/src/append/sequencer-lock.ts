import type { Logger } from "@signalbox/kit";
import type { Client } from "pg";

/** Any number that nothing else in the database locks by. */
const SEQUENCER_LOCK = 0x51_67_6e_62;

/**
 * A sequencer asks the database something every second. One that has been silent for so long stands still, or its
 * machine is gone, and the kernel keeps its connection all the same.
 */
const SILENT_MAX_MS = 5_000;

const TRY_LOCK = "select pg_try_advisory_lock($1) as locked";

/**
 * A session may end others of its own role. One whose statement is at work is left to it: the statement has a limit.
 */
const END_SILENT = `
  select a.pid, pg_terminate_backend(a.pid) as ended
  from pg_locks l join pg_stat_activity a on a.pid = l.pid
  where l.locktype = 'advisory' and l.granted and l.classid = 0 and l.objid = $1 and l.objsubid = 1
    and l.database = (select oid from pg_database where datname = current_database())
    and (a.state <> 'active' or a.wait_event_type = 'Client')
    and a.state_change < clock_timestamp() - make_interval(secs => $2)`;

/** Takes the lock that one sequencer of a database holds at a time, from a holder that stands still if need be. */
export async function tryLock(client: Client, log: Logger): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>({ name: "lock", text: TRY_LOCK, values: [SEQUENCER_LOCK] });
  if (rows[0]?.locked === true) return true;
  const silent = await client.query<{ pid: number }>({
    name: "end-silent",
    text: END_SILENT,
    values: [SEQUENCER_LOCK, SILENT_MAX_MS / 1_000],
  });
  for (const { pid } of silent.rows) log.warn({ pid }, "the session of a sequencer that stands still was ended");
  return false;
}
