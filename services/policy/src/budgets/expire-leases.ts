import { type Bus, consumerPosition, type Logger } from "@signalbox/kit";
import { sql } from "kysely";
import type { BudgetDatabase } from "./budget-store.ts";

/** A decision is recorded so soon after it was made, or not acted on. */
export const RECORDED_WITHIN_MS = 10_000;
/** An outcome that has not come by then never comes: longer than any answer may take. */
const OUTCOME_WITHIN_MS = 2 * 3_600_000;

/**
 * What was recorded until a moment has a place in the queue of at most `sequence`, and in the register below `size`, once
 * that is known.
 */
type Mark = { readonly atMs: number; readonly sequence: number; size: number | null };

/**
 * Frees what dead instances held: leases that ended, once all that was decided before is booked. That is known when the
 * register has taken everything that stood in its queue at a moment after their end, and the cursor has passed it.
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
