import type { Logger, Recorder } from "@signalbox/kit";
import { sql, type Kysely } from "kysely";
import type { ActivationRow, Database } from "./kept-documents.ts";
import { activationOf } from "./policy-store.ts";
import { recordActivation } from "./record-activation.ts";

/** Younger ones are still with whoever put them in force. */
const LATE_AFTER_MS = 10_000;
const AT_ONCE_MAX = 10;

type Options = {
  readonly db: Kysely<Database>;
  readonly recorder: Recorder;
  readonly log: Logger;
  readonly everyMs: number;
};

/** Writes activations into the register that it could not take when they happened, whichever instance put them in force. */
export function recordLateActivations(options: Options): AsyncDisposable {
  let working: Promise<void> | null = null;
  const timer = setInterval(() => {
    working ??= recordSome(options)
      .catch((error: unknown) => options.log.warn({ err: error }, "the register has no record of an activation yet"))
      .finally(() => {
        working = null;
      });
  }, options.everyMs);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await working;
    },
  };
}

/** In their order; another instance leaves those alone that one is at. */
function recordSome({ db, recorder }: Pick<Options, "db" | "recorder">): Promise<void> {
  return db.transaction().execute(async (transaction) => {
    const { rows } = await sql<ActivationRow & { base: string | null }>`
      select a.*, (select b.version from policy_activation b where b.seq < a.seq order by b.seq desc limit 1) as base
      from policy_activation a
      where not a.is_recorded and a.at < now() - ${LATE_AFTER_MS} * interval '1 ms'
      order by a.seq limit ${AT_ONCE_MAX} for update skip locked`.execute(transaction);
    for (const { base, ...row } of rows) await recordActivation(recorder, transaction, { ...activationOf(row), base });
  });
}
