import type { AdminOutbox, UnsignedAdminEvent } from "@signalbox/kit/admin-outbox";
import type { Kysely } from "kysely";
import type { KeyDatabase } from "../keys/key-database.ts";
import type { KeyRing } from "../keys/key-ring.ts";

/** Adds the audit event of a change to the outbox, in the change's own transaction. */
type NoteChange = (event: UnsignedAdminEvent) => Promise<void>;

type Options = { readonly db: Kysely<KeyDatabase>; readonly outbox: AdminOutbox; readonly keys: KeyRing };

/** Carries out administrators' changes, each in one transaction with its audit events. */
export class AdminChanges {
  readonly #db: Kysely<KeyDatabase>;
  readonly #outbox: AdminOutbox;
  readonly #keys: KeyRing;

  constructor({ db, outbox, keys }: Options) {
    this.#db = db;
    this.#outbox = outbox;
    this.#keys = keys;
  }

  /** Resolves when the change holds on this instance and its record is in the register or in the outbox on its way there. */
  async carryOut<Result>(
    change: (transaction: Kysely<KeyDatabase>, note: NoteChange) => Promise<Result>,
  ): Promise<Result> {
    const noted: string[] = [];
    const result = await this.#db.transaction().execute((transaction) =>
      change(transaction, async (event) => {
        noted.push(await this.#outbox.add(transaction, event));
      }),
    );
    await Promise.all([this.#keys.reload(), this.#sendAll(noted)]);
    return result;
  }

  async #sendAll(noted: readonly string[]): Promise<void> {
    // In their order: when the register does not take one, the outbox sends it and the others later.
    for (const id of noted) if (!(await this.#outbox.send(id))) return;
  }
}
