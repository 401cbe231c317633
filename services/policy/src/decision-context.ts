import { knownWords } from "@signalbox/decision";
import type { CallerContext, DecisionContext, PolicyDocument } from "@signalbox/proto";
import { utcOffsetMinutes } from "./utc-offset.ts";

/** What rules may read of this request beside its facts; null when the policy has none. */
export function decisionContext(
  caller: CallerContext | undefined,
  policy: PolicyDocument,
  nowMs: number,
): DecisionContext | null {
  if (policy.rules.length === 0 && policy.otherwise === "allow") return null;
  return {
    ...(caller === undefined ? {} : knownWords(caller, policy)),
    utcOffsetMinutes: utcOffsetMinutes(policy.timeZone, nowMs),
  };
}
