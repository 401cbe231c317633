import { type Bus, consumerPosition, type Logger } from "@signalbox/kit";
import { sql } from "kysely";
import type { BudgetDatabase } from "./budget-store.ts";

/** A decision that is not recorded within this time is not acted on. */
export const RECORDED_WITHIN_MS = 10_000;
/** After this time a missing outcome never comes: it is longer than any answer may take. */
const OUTCOME_WITHIN_MS = 2 * 3_600_000;

/**
 * A moment, and the ends of queue and register at it: everything recorded until then has a queue sequence up to `sequence`
 * and an index below `size`, which is known once the register has taken all of that.
 */
type Mark = { readonly atMs: number; readonly sequence: number; size: number | null };

/**
 * Frees leases of dead instances once everything that was decided under them is booked: when the register has taken all that
 * was in its queue at a moment after the lease's end, and the booking cursor has passed that.
 */
export class LeaseExpiry {
  readonly #bus: Bus;
  readonly #db: BudgetDatabase;
  readonly #log: Logger;
  readonly #recordedWithinMs: number;
  #mark: Mark | null = null;

  constructor(options: { bus: Bus; db: BudgetDatabase; log: Logger; recordedWithinMs?: number }) {
    this.#bus = options.bus;
    this.#db = options.db;
    this.#log = options.log;
    this.#recordedWithinMs = options.recordedWithinMs ?? RECORDED_WITHIN_MS;
  }

  async run(nowMs: number): Promise<void> {
    const endedBeforeMs = nowMs - this.#recordedWithinMs;
    const madeBeforeMs = nowMs - OUTCOME_WITHIN_MS;
    const { rows } = await sql<{ due: boolean }>`
      select exists (select from budget_lease where not ended and until_ms <= ${endedBeforeMs})
        or exists (select from budget_reservation where at_ms < ${madeBeforeMs} and settled is null and not expired)
        as due`.execute(this.#db);
    if (rows[0]?.due !== true) return;
    const readUpToMs = await this.#readUpToMs(nowMs);
    const { rows: freed } = await sql<{ leases: string; reservations: string }>`
      select * from budget_expire(${readUpToMs}, ${madeBeforeMs})`.execute(this.#db);
    const { leases = "0", reservations = "0" } = freed[0] ?? {};
    if (leases !== "0" || reservations !== "0") this.#log.info({ leases, reservations }, "leases have expired");
  }

  /** Every decision that was made before this time is booked; 0 when nothing is known. */
  async #readUpToMs(nowMs: number): Promise<number> {
    const { last, done } = await consumerPosition(this.#bus);
    const mark = (this.#mark ??= { atMs: nowMs, sequence: last, size: null });
    if (done < mark.sequence) return 0;
    const { rows } = await sql<{ size: string; next: string | null }>`
      select size, (select next_idx from budget_cursor) as next from ledger_head`.execute(this.#db);
    mark.size ??= Number(rows[0]?.size ?? 0);
    if (Number(rows[0]?.next ?? 0) < mark.size) return 0;
    this.#mark = null;
    return mark.atMs - this.#recordedWithinMs;
  }
}
