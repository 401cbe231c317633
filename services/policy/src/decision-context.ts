import { knownWords } from "@signalbox/decision";
import type { CallerContext, DecisionContext, PolicyDocument } from "@signalbox/proto";
import { utcOffsetMinutes } from "./utc-offset.ts";

/**
 * What rules may read of this request beside its facts, and who asked, for whoever reads what it cost; null when the policy
 * has no rules and nobody is known to have asked.
 */
export function decisionContext(
  caller: CallerContext | undefined,
  policy: PolicyDocument,
  nowMs: number,
): DecisionContext | null {
  if (policy.rules.length === 0 && policy.otherwise === "allow" && !isNamed(caller)) return null;
  return {
    ...(caller === undefined ? {} : knownWords(caller, policy)),
    utcOffsetMinutes: utcOffsetMinutes(policy.timeZone, nowMs),
  };
}

function isNamed(caller: CallerContext | undefined): boolean {
  if (caller === undefined) return false;
  const { team, project, user, serviceAccount } = caller;
  return team !== undefined || project !== undefined || user !== undefined || serviceAccount !== undefined;
}
