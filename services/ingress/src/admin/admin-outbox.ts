import { uuidv7, type Logger, type Recorder } from "@signalbox/kit";
import { SYSTEM_TENANT } from "@signalbox/proto";
import { sql, type Kysely } from "kysely";
import type { KeyDatabase } from "../keys/key-database.ts";

const LOOK_EVERY_MS = 2_000;
/** Younger ones are still with whoever made the change. */
const LATE_AFTER_MS = 15_000;
const RETRY_FOR_MS = 2_000;
/** For so long whoever made the change waits. */
const AT_FIRST_RETRY_FOR_MS = 1_000;
const AT_ONCE_MAX = 50;

type Tables = { admin_outbox: { id: string; event: Record<string, unknown> } };
type RecordOptions = Parameters<Recorder["record"]>[0];

/**
 * Records administrators' changes. They are made before they are recorded, and cannot be taken back when the register does
 * not answer: so each waits in the database until it is acknowledged, whoever has to try again. It is recorded once, or
 * twice where an acknowledgement was lost.
 */
export class AdminOutbox implements Recorder, AsyncDisposable {
  readonly #recorder: Recorder;
  readonly #db: Kysely<Tables>;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #working: Promise<void> | null = null;

  constructor({ recorder, db, log }: { recorder: Recorder; db: Kysely<KeyDatabase>; log: Logger }) {
    this.#recorder = recorder;
    this.#db = db.withTables<Tables>();
    this.#log = log;
    this.#timer = setInterval(() => void this.recordLate(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  /** Resolves when the register has it, or will have it. */
  async record(options: RecordOptions): Promise<void> {
    const id = uuidv7();
    const event = sql<Record<string, unknown>>`${JSON.stringify(options.event)}::jsonb`;
    await this.#db.insertInto("admin_outbox").values({ id, event }).execute();
    try {
      await this.#recorder.record({ ...options, retryForMs: AT_FIRST_RETRY_FOR_MS });
    } catch (error) {
      this.#log.error({ err: error }, "the register has no record of an administrator's change yet");
      return;
    }
    await this.#db.deleteFrom("admin_outbox").where("id", "=", id).execute();
  }

  /** Tries again what waits for long; another instance leaves those alone that one is at. */
  recordLate(): Promise<void> {
    this.#working ??= this.#recordSome()
      .catch((error: unknown) => this.#log.warn({ err: error }, "changes cannot be recorded yet"))
      .finally(() => {
        this.#working = null;
      });
    return this.#working;
  }

  /** The recorder below is its owner's. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#working;
  }

  async #recordSome(): Promise<void> {
    for (let count = 0; count < AT_ONCE_MAX && (await this.#recordNext()); count += 1);
  }

  #recordNext(): Promise<boolean> {
    return this.#db.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ id: string; event: Record<string, unknown> }>`
        select id, event from admin_outbox where at < now() - ${LATE_AFTER_MS} * interval '1 ms'
        order by id limit 1 for update skip locked`.execute(transaction);
      const [row] = rows;
      if (row === undefined) return false;
      const record = { type: "admin", tenant: SYSTEM_TENANT, event: row.event, audit: "async" } as const;
      await this.#recorder.record({ ...record, retryForMs: RETRY_FOR_MS });
      await transaction.deleteFrom("admin_outbox").where("id", "=", row.id).execute();
      return true;
    });
  }
}
