import { ReplayJob } from "@signalbox/proto";
import { sql, type Kysely, type UpdateObject } from "kysely";
import type { Database } from "../database.ts";
import type { Scope } from "../read/scope.ts";

/** A running job gives a sign of life every few seconds; one that has not for this long ended with its process. */
const LOST_AFTER_MS = 30_000;
/** Reports of one tenant, and of those over all tenants; the oldest go first. What the log says of them stays. */
const KEPT_MAX = 1_000;

/** Why a job failed whose process is gone. */
export const LEDGER_STOPPED = "The ledger that ran it has stopped. Start it again.";

/** Jobs as they are kept. What a running one found so far stands there as well, so any instance can tell of it. */
export class JobStore {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async add(job: ReplayJob): Promise<void> {
    const { id, tenant, state } = job;
    await this.#db
      .insertInto("replay_job")
      .values({ id, tenant, state, job: sql`${JSON.stringify(job)}::jsonb` })
      .execute();
  }

  /** Writes how far a job is. True when it is to end, and when it has been given up: what was said of it stands. */
  async update(job: ReplayJob): Promise<boolean> {
    return this.#say(job.id, { state: job.state, job: sql`${JSON.stringify(job)}::jsonb` });
  }

  /** Says that a job lives, though it has found nothing new. True in the cases of `update`. */
  async beat(id: string): Promise<boolean> {
    return this.#say(id, {});
  }

  async #say(id: string, changes: UpdateObject<Database, "replay_job">): Promise<boolean> {
    const row = await this.#db
      .updateTable("replay_job")
      .set({ ...changes, updated_at: sql`now()` })
      .where("id", "=", id)
      .where("state", "=", "running")
      .returning("is_cancel_asked")
      .executeTakeFirst();
    return row?.is_cancel_asked ?? true;
  }

  /** A job within the scope; undefined when there is none. */
  async get(id: string, { tenant }: Scope): Promise<ReplayJob | undefined> {
    let query = this.#db
      .selectFrom("replay_job")
      .select("job")
      .select(sql<boolean>`${isLost()}`.as("is_lost"))
      .where("id", "=", id);
    if (tenant !== null) query = query.where("tenant", "=", tenant);
    const row = await query.executeTakeFirst();
    if (row === undefined) return undefined;
    const job = ReplayJob.parse(row.job);
    return row.is_lost ? { ...job, state: "failed", error: LEDGER_STOPPED } : job;
  }

  async askToCancel(id: string): Promise<void> {
    await this.#db.updateTable("replay_job").set({ is_cancel_asked: true }).where("id", "=", id).execute();
  }

  /** Gives up jobs whose process is gone: what has ended is recorded. */
  async failLost(): Promise<void> {
    const ended = JSON.stringify({ state: "failed", error: LEDGER_STOPPED });
    await sql`update replay_job set state = 'failed', job = job || ${ended}::jsonb where ${isLost()}`.execute(this.#db);
  }

  /** Deletes the oldest reports beyond what is kept; none that the log has not recorded. */
  async prune(): Promise<void> {
    await sql`
      delete from replay_job where is_recorded and id in (
        select id from (
          select id, row_number() over (partition by tenant order by id desc) as place from replay_job
        ) as newest_first where place > ${KEPT_MAX}
      )`.execute(this.#db);
  }
}

function isLost(): ReturnType<typeof sql<boolean>> {
  return sql<boolean>`(state = 'running' and updated_at < now() - ${LOST_AFTER_MS} * interval '1 ms')`;
}
