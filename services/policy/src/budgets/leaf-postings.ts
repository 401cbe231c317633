import { BudgetReservation, Count, EndpointId, PicoUsd, Uuid } from "@signalbox/proto";
import { parseEnvelope } from "@signalbox/tlog";
import { z } from "zod";
import type { CostlyOutcome } from "./charge-of-outcome.ts";

/** A row of the register, as far as it is booked from. */
export type LeafRow = {
  readonly idx: string;
  readonly type: string;
  readonly request_id: string;
  readonly decision_id: string | null;
  readonly leaf: Buffer;
};

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

const ReservingDecision = z.object({
  decisionId: Uuid,
  requestId: Uuid,
  input: z.object({ nowMs: z.int() }),
  decision: z.object({ reserved: z.array(BudgetReservation).min(1) }),
});

const Costs = z.object({
  attempts: z.array(
    z.object({
      endpoint: EndpointId,
      usage: z.object({ inputTokens: Count, outputTokens: Count }),
      costPicoUsd: PicoUsd.nullable(),
    }),
  ),
  costPicoUsd: PicoUsd.nullable(),
});

/** Decisions are many and large, and few of them reserve: their canonical JSON says so before it is parsed. */
const RESERVED = Buffer.from('"reserved":[{');

/** Null: a decision that reserved nothing. Throws when the leaf cannot be read. */
export function reservedIn(row: LeafRow): Reserved | null {
  const payload = payloadOf(row);
  if (payload.indexOf(RESERVED) === -1) return null;
  const event = ReservingDecision.safeParse(JSON.parse(payload.toString("utf8"))).data;
  if (event === undefined) return null;
  const { decisionId, requestId, input, decision } = event;
  return { leaf: Number(row.idx), decisionId, requestId, atMs: input.nowMs, parts: decision.reserved };
}

/** How the decision ended that the row names. Throws when the leaf cannot be read. */
export function endedIn(row: LeafRow & { decision_id: string }): Ended {
  const head = { leaf: Number(row.idx), decisionId: row.decision_id };
  if (row.type !== "outcome") return { ...head, outcome: null };
  return { ...head, outcome: Costs.parse(JSON.parse(payloadOf(row).toString("utf8"))) };
}

function payloadOf({ idx, leaf }: LeafRow): Buffer {
  const envelope = parseEnvelope(leaf);
  if (envelope === null) throw new Error(`the leaf ${idx} is not an envelope`);
  return Buffer.from(envelope.payload);
}
