import type { GuardAction, GuardRule } from "@signalbox/proto";
import type { Finding, FindingType } from "../finding.ts";

type Verdict<Found extends Finding> =
  | { readonly action: "pass" }
  | { readonly action: "observe" }
  | { readonly action: "redact"; readonly findings: readonly Found[] }
  | { readonly action: "block"; readonly types: readonly FindingType[] };

/** Types that are blocked without a rule, because an operator configured the bound that they violate. */
const UNWANTED = /^(?:(?:tool|size|attachment)\.|remote\.unavailable$)/;
/** Types without a place in a text, so that they cannot be redacted. */
const WITHOUT_PLACE = /^(?:tool|size|attachment|content|remote)\./;

/**
 * The strictest action for any of the findings. For each, the first rule that matches decides; without one it is `observe`,
 * or `block` for the types of UNWANTED. Where a rule would redact a type without a place, it is blocked.
 */
export function chooseAction<Found extends Finding>(
  findings: readonly Found[],
  rules: readonly GuardRule[],
): Verdict<Found> {
  if (findings.length === 0) return { action: "pass" };
  const byAction = Map.groupBy(findings, ({ type }) => actionFor(type, rules));
  const blocked = byAction.get("block");
  if (blocked !== undefined)
    return { action: "block", types: [...new Set(blocked.map(({ type }) => type))].toSorted() };
  const redacted = byAction.get("redact");
  return redacted === undefined ? { action: "observe" } : { action: "redact", findings: redacted };
}

function actionFor(type: FindingType, rules: readonly GuardRule[]): GuardAction {
  const action = rules.find(({ match }) => matches(type, match))?.action ?? (UNWANTED.test(type) ? "block" : "observe");
  return action === "redact" && WITHOUT_PLACE.test(type) ? "block" : action;
}

function matches(type: FindingType, match: string): boolean {
  return match === "*" || match === type || (match.endsWith(".*") && type.startsWith(match.slice(0, -1)));
}
