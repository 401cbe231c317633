import type { Usage } from "@signalbox/proto";
import type { JsonObject } from "./source.ts";

/** What the line adds to an answer's usage. */
export type AnswerNote = {
  readonly decisionId: string;
  /** null: the endpoint is unpriced. */
  readonly costPicoUsd: string | null;
  readonly endpoint: string;
};

const PICO_USD_PER_USD = 1e12;

/** The vendor field `usage.signalbox`: `cost_usd` is for reading, `cost_pico_usd` is exact. */
export function renderNote(note: AnswerNote, usage: Usage): JsonObject {
  return {
    decision_id: note.decisionId,
    endpoint: note.endpoint,
    cost_usd: note.costPicoUsd === null ? null : Number(note.costPicoUsd) / PICO_USD_PER_USD,
    cost_pico_usd: note.costPicoUsd,
    usage_source: usage.source,
  };
}
