import type { Logger, Recorder } from "@signalbox/kit";
import { SYSTEM_TENANT, type AdminEvent, type Catalogue } from "@signalbox/proto";
import { canonicalize, sha256Digest } from "@signalbox/tlog";
import type { Kysely } from "kysely";
import type { Database } from "./kept-documents.ts";

const RECORD_RETRY_FOR_MS = 2_000;
const RETRY_EVERY_MS = 5_000;

/** A setting that is in force, and who put it there. */
export type Setting = Pick<AdminEvent, "id" | "by"> & {
  readonly object: "catalogue" | "prices" | "config";
  readonly digest: string;
};

/** A catalogue, and the prices in it, which may change while all else stays. `digest` is its own. */
export function settingsOf(catalogue: Catalogue, digest: string, by: string): Setting[] {
  const id = catalogue.date;
  const prices = Object.fromEntries(catalogue.endpoints.map((each) => [each.id, each.price]));
  return [
    { object: "catalogue", id, digest, by },
    { object: "prices", id, digest: sha256Digest(canonicalize(prices)), by },
  ];
}

/**
 * Writes into the register that a setting is another one than was in force last, whichever instance had it so. What cannot
 * be written is tried again: files change whether or not there is a register. Of the first of all there is no record.
 */
export class SettingsInForce implements AsyncDisposable {
  readonly #db: Kysely<Database>;
  readonly #recorder: Recorder;
  readonly #log: Logger;
  /** The last of each object. */
  readonly #waiting = new Map<Setting["object"], Setting>();
  readonly #timer: NodeJS.Timeout;
  #working: Promise<void> = Promise.resolve();

  constructor(options: { db: Kysely<Database>; recorder: Recorder; log: Logger }) {
    this.#db = options.db;
    this.#recorder = options.recorder;
    this.#log = options.log;
    this.#timer = setInterval(() => {
      if (this.#waiting.size > 0) this.#work();
    }, RETRY_EVERY_MS);
    this.#timer.unref();
  }

  /** Nobody waits for it. */
  note(settings: readonly Setting[]): void {
    for (const setting of settings) this.#waiting.set(setting.object, setting);
    this.#work();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#working;
  }

  #work(): void {
    this.#working = this.#working.then(async () => {
      for (const setting of this.#waiting.values()) {
        try {
          await this.#compare(setting);
          if (this.#waiting.get(setting.object) === setting) this.#waiting.delete(setting.object);
        } catch (error) {
          this.#log.warn({ err: error, object: setting.object }, "the register has no record of a changed setting yet");
        }
      }
    });
  }

  /** Both or neither: what is recorded is what was compared with. */
  #compare({ object, digest, id, by }: Setting): Promise<void> {
    return this.#db.transaction().execute(async (transaction) => {
      const first = await transaction
        .insertInto("setting_in_force")
        .values({ object, digest })
        .onConflict((conflict) => conflict.column("object").doNothing())
        .executeTakeFirst();
      if (first.numInsertedOrUpdatedRows === 1n) return;
      const row = await transaction
        .selectFrom("setting_in_force")
        .select("digest")
        .where("object", "=", object)
        .forUpdate()
        .executeTakeFirstOrThrow();
      if (row.digest === digest) return;
      await this.#record({ object, id, by, before: row.digest, after: digest });
      await transaction
        .updateTable("setting_in_force")
        .set({ digest, at: new Date() })
        .where("object", "=", object)
        .execute();
    });
  }

  async #record(what: Pick<AdminEvent, "object" | "id" | "by" | "before" | "after">): Promise<void> {
    const event: Omit<AdminEvent, "eventId" | "producer" | "atMs"> = {
      schema: "signalbox.event.admin.v1",
      tenant: SYSTEM_TENANT,
      requestId: null,
      change: "changed",
      of: null,
      ...what,
    };
    const record = { type: "admin", tenant: SYSTEM_TENANT, event, audit: "async" } as const;
    await this.#recorder.record({ ...record, retryForMs: RECORD_RETRY_FOR_MS });
  }
}
