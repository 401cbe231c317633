import { knownWords } from "@signalbox/decision";
import type { CallerContext, DecisionContext, PolicyDocument } from "@signalbox/proto";
import { utcOffsetMinutes } from "./utc-offset.ts";

/**
 * The decision's context: what rules may read beside the facts, and the caller's identity, by which costs are attributed.
 * null when the policy has no rules and the caller's identity is unknown.
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
