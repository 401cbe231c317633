import { eventSubject, SYSTEM_TENANT, type AdminEvent } from "@signalbox/proto";
import { sql, type QueryExecutorProvider } from "kysely";
import type { Logger } from "./logger.ts";
import type { Recorder } from "./recorder.ts";
import { repeatWork, type RepeatedWork } from "./repeated-work.ts";
import { uuidv7 } from "./uuid.ts";

const LOOK_EVERY_MS = 2_000;
/** Younger ones are still being sent by whoever made the change. */
const LATE_AFTER_MS = 15_000;
const RETRY_FOR_MS = 2_000;
/** How long the caller who made the change waits for it. */
const AT_FIRST_RETRY_FOR_MS = 1_000;
/** Changes that one look sends. */
const AT_ONCE_MAX = 50;

/** What is said of a change, before it is signed. */
export type UnsignedAdminEvent = Omit<AdminEvent, "eventId" | "producer" | "atMs" | "schema" | "tenant" | "requestId">;

type Row = { at: Date; event: Record<string, unknown>; envelope: Uint8Array | null };

const SUBJECT = eventSubject("admin", SYSTEM_TENANT);

/**
 * Records administrators' changes, which cannot be taken back when the register does not answer: what is to be recorded
 * is written down in the transaction of the change, and stays until it is acknowledged. It is signed once and sent as
 * the same bytes, however often and by whichever instance, so that it is one leaf.
 */
export class AdminOutbox implements AsyncDisposable {
  readonly #recorder: Recorder;
  readonly #db: QueryExecutorProvider;
  readonly #log: Logger;
  readonly #late: RepeatedWork;

  constructor({ recorder, db, log }: { recorder: Recorder; db: QueryExecutorProvider; log: Logger }) {
    this.#recorder = recorder;
    this.#db = db;
    this.#log = log;
    this.#late = repeatWork({
      everyMs: LOOK_EVERY_MS,
      work: () => this.#sendLate(),
      onFailure: (error) => log.warn({ err: error }, "changes cannot be recorded yet"),
    });
  }

  /**
   * Writes down, in the transaction of the change, what is to be recorded. Resolves with the id for `send` after the
   * commit.
   */
  async add(transaction: QueryExecutorProvider, change: UnsignedAdminEvent): Promise<string> {
    const id = uuidv7();
    const head = { schema: "signalbox.event.admin.v1", tenant: SYSTEM_TENANT, requestId: null } as const;
    const event = JSON.stringify({ ...head, ...change });
    await sql`insert into admin_outbox (id, event) values (${id}, ${event}::jsonb)`.execute(transaction);
    return id;
  }

  /** Sends it to the register. False when it was not taken yet: it is sent again until it is. */
  async send(id: string): Promise<boolean> {
    try {
      await this.#send(id, AT_FIRST_RETRY_FOR_MS);
      return true;
    } catch (error) {
      this.#log.error({ err: error }, "the register has no record of an administrator's change yet");
      return false;
    }
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#late[Symbol.asyncDispose]();
  }

  async #sendLate(): Promise<void> {
    const { rows } = await sql<{ id: string }>`
      select id from admin_outbox where at < now() - ${LATE_AFTER_MS} * interval '1 ms'
      order by at, id limit ${AT_ONCE_MAX}`.execute(this.#db);
    for (const { id } of rows) await this.#send(id, RETRY_FOR_MS);
  }

  async #send(id: string, retryForMs: number): Promise<void> {
    const envelope = await this.#envelopeOf(id);
    if (envelope === null) return;
    await this.#recorder.send({ subject: SUBJECT, envelope }, retryForMs);
    await sql`delete from admin_outbox where id = ${id}`.execute(this.#db);
  }

  /** The signed bytes, which are stored before they are sent; null when the change is recorded already. */
  async #envelopeOf(id: string): Promise<Uint8Array | null> {
    const { rows } = await sql<Row>`select at, event, envelope from admin_outbox where id = ${id}`.execute(this.#db);
    const [row] = rows;
    if (row === undefined || row.envelope !== null) return row?.envelope ?? null;
    const unsigned = { type: "admin", tenant: SYSTEM_TENANT, event: row.event, atMs: row.at.getTime() } as const;
    const { envelope } = this.#recorder.sign(unsigned);
    // Of two that sign at a time one is the first, and both send what it has signed.
    const written = await sql<{ envelope: Uint8Array }>`
      update admin_outbox set envelope = coalesce(envelope, ${envelope}) where id = ${id}
      returning envelope`.execute(this.#db);
    return written.rows[0]?.envelope ?? null;
  }
}
