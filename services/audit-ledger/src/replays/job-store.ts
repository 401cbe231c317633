import { ReplayJob } from "@signalbox/proto";
import { sql, type Kysely } from "kysely";
import type { Database } from "../database.ts";
import type { Scope } from "../read/scope.ts";

/** A running job says so every second; one that has not for this long ended with its process. */
const LOST_AFTER_MS = 30_000;

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

  /** Writes how far a job is. True when it is to end. */
  async update(job: ReplayJob): Promise<boolean> {
    const row = await this.#db
      .updateTable("replay_job")
      .set({ state: job.state, job: sql`${JSON.stringify(job)}::jsonb`, updated_at: sql`now()` })
      .where("id", "=", job.id)
      .returning("is_cancel_asked")
      .executeTakeFirst();
    return row?.is_cancel_asked ?? true;
  }

  /** A job within the scope; undefined when there is none. */
  async get(id: string, { tenant }: Scope): Promise<ReplayJob | undefined> {
    let query = this.#db
      .selectFrom("replay_job")
      .select("job")
      .select(sql<boolean>`updated_at < now() - ${LOST_AFTER_MS} * interval '1 ms'`.as("is_old"))
      .where("id", "=", id);
    if (tenant !== null) query = query.where("tenant", "=", tenant);
    const row = await query.executeTakeFirst();
    if (row === undefined) return undefined;
    const job = ReplayJob.parse(row.job);
    if (job.state !== "running" || !row.is_old) return job;
    return { ...job, state: "failed", error: "The ledger that ran it has stopped. Start it again." };
  }

  async askToCancel(id: string): Promise<void> {
    await this.#db.updateTable("replay_job").set({ is_cancel_asked: true }).where("id", "=", id).execute();
  }
}
