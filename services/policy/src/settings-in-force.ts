import { repeatWork, type Logger, type RepeatedWork } from "@signalbox/kit";
import type { AdminOutbox } from "@signalbox/kit/admin-outbox";
import type { AdminEvent, Catalogue } from "@signalbox/proto";
import { canonicalize, sha256Digest } from "@signalbox/tlog";
import type { Kysely } from "kysely";
import type { Database } from "./stored-documents.ts";

const RETRY_EVERY_MS = 5_000;

/** A setting that is in force, and who put it there. */
type Setting = Pick<AdminEvent, "id" | "by"> & {
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
 * Writes into the register that a setting is another one than was in force last, whichever instance had it so. While the
 * database cannot be asked, it is tried again: files change all the same. Of the first of all there is no record.
 */
export class SettingsInForce implements AsyncDisposable {
  readonly #db: Kysely<Database>;
  readonly #outbox: AdminOutbox;
  /** The last of each object. */
  readonly #waiting = new Map<Setting["object"], Setting>();
  readonly #comparing: RepeatedWork;

  constructor({ db, outbox, log }: { db: Kysely<Database>; outbox: AdminOutbox; log: Logger }) {
    this.#db = db;
    this.#outbox = outbox;
    this.#comparing = repeatWork({
      everyMs: RETRY_EVERY_MS,
      work: () => this.#compareAll(),
      onFailure: (error) => log.warn({ err: error }, "the register has no record of a changed setting yet"),
    });
  }

  /** Nobody waits for it. */
  note(settings: readonly Setting[]): void {
    for (const setting of settings) this.#waiting.set(setting.object, setting);
    void this.#comparing.run();
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#comparing[Symbol.asyncDispose]();
  }

  async #compareAll(): Promise<void> {
    for (const setting of this.#waiting.values()) {
      const noted = await this.#compare(setting);
      if (this.#waiting.get(setting.object) === setting) this.#waiting.delete(setting.object);
      if (noted !== null) await this.#outbox.send(noted);
    }
  }

  /** Both or neither: what is to be recorded is what was compared with. */
  #compare({ object, digest, id, by }: Setting): Promise<string | null> {
    return this.#db.transaction().execute(async (transaction) => {
      const first = await transaction
        .insertInto("setting_in_force")
        .values({ object, digest })
        .onConflict((conflict) => conflict.column("object").doNothing())
        .executeTakeFirst();
      if (first.numInsertedOrUpdatedRows === 1n) return null;
      const { digest: before } = await transaction
        .selectFrom("setting_in_force")
        .select("digest")
        .where("object", "=", object)
        .forUpdate()
        .executeTakeFirstOrThrow();
      if (before === digest) return null;
      const changed = { digest, at: new Date() };
      await transaction.updateTable("setting_in_force").set(changed).where("object", "=", object).execute();
      const what = { object, change: "changed", id, of: null, by, before, after: digest } as const;
      return this.#outbox.add(transaction, what);
    });
  }
}
