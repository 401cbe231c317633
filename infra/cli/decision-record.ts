import { DecisionEvent, OutcomeEvent } from "@signalbox/proto";
import { z } from "zod";

/**
 * What the register holds of a request, as the API gives it: `decision` is null when the request failed before one was
 * made, `outcome` while the request runs.
 */
export const DecisionRecord = z.looseObject({
  index: z.int(),
  decision: DecisionEvent.nullable(),
  outcome: OutcomeEvent.nullable(),
});
export type DecisionRecord = z.infer<typeof DecisionRecord>;

export const DecisionList = z.looseObject({
  data: z.array(DecisionRecord),
  next_before: z.int().nullish(),
  next_from_index: z.int().nullish(),
});

export type DecisionList = z.infer<typeof DecisionList>;

/** The endpoint that answered, else the first of the plan, else null for a refusal. */
export function chosenEndpoint({ decision, outcome }: DecisionRecord): string | null {
  if (outcome?.endpoint != null) return outcome.endpoint;
  if (decision === null) return null;
  const { action } = decision.decision;
  if (action.kind === "route") return action.plan[0] ?? null;
  return action.kind === "serve-cached" ? action.endpoint : null;
}
