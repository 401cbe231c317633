import { BudgetReservation, Count, EndpointId, OUTCOME_RESULTS, PicoUsd } from "@signalbox/proto";
import { type RawBuilder, sql } from "kysely";
import { z } from "zod";
import type { CostlyOutcome } from "./charge-of-outcome.ts";

/** The part of a leaf's row that is booked. */
export type LeafRow = {
  readonly idx: string;
  readonly type: string;
  readonly request_id: string;
  readonly decision_id: string | null;
  /** Of a decision: its reservations as the inside of a JSON array, and the time that it was made at. */
  readonly reserved: string | null;
  readonly now_ms: string | null;
  /** Of an outcome: the event. */
  readonly event: string | null;
};

/**
 * Selects leaves, cut in SQL to what is booked, because decoding whole decisions costs more than making them. A checked leaf
 * is `{"payload":"<base64>",…}` with canonical JSON inside. Quotes within strings are escaped there, so the members below
 * can be found by their text.
 */
export function leafRows(where: RawBuilder<unknown>): RawBuilder<LeafRow> {
  return sql<LeafRow>`
    select idx, type, request_id, decision_id,
      case type when 'decision' then split_part(split_part(event, '"reserved":[', 2), ']', 1) end as reserved,
      case type when 'decision' then split_part(split_part(event, '"nowMs":', 2), ',', 1) end as now_ms,
      case type when 'outcome' then event end as event
    from ledger_leaf
    left join lateral (
      select convert_from(decode(convert_from(
        substring(leaf from 13 for position('"'::bytea in substring(leaf from 13)) - 1), 'UTF8'), 'base64'), 'UTF8') as event
      where type in ('decision', 'outcome')
    ) payload on true
    where ${where} order by idx`;
}

/** A decision that reserved something. */
export type Reserved = {
  readonly leaf: number;
  readonly decisionId: string;
  readonly requestId: string;
  readonly atMs: number;
  readonly parts: readonly BudgetReservation[];
};

/** How a decision ended; `outcome` is null for one that was never executed. */
export type Ended = { readonly leaf: number; readonly decisionId: string; readonly outcome: CostlyOutcome | null };

const Reservations = z.array(BudgetReservation).min(1);

const Costs = z.object({
  attempts: z.array(
    z.object({
      endpoint: EndpointId,
      usage: z.object({ inputTokens: Count, outputTokens: Count }),
      costPicoUsd: PicoUsd.nullable(),
    }),
  ),
  costPicoUsd: PicoUsd.nullable(),
  result: z.enum(OUTCOME_RESULTS),
});

/** What a decision reserved; null: nothing. Throws when the leaf cannot be read. */
export function reservedIn({ idx, decision_id: decisionId, request_id: requestId, ...row }: LeafRow): Reserved | null {
  if (decisionId === null || row.reserved === null || row.reserved === "") return null;
  const parts = Reservations.parse(JSON.parse(`[${row.reserved}]`));
  return { leaf: Number(idx), decisionId, requestId, atMs: Count.parse(Number(row.now_ms)), parts };
}

/** How the decision that the row names ended. Throws when the leaf cannot be read. */
export function endedIn(row: LeafRow & { decision_id: string }): Ended {
  const head = { leaf: Number(row.idx), decisionId: row.decision_id };
  if (row.type !== "outcome") return { ...head, outcome: null };
  return { ...head, outcome: Costs.parse(JSON.parse(row.event ?? "")) };
}
