import type { GuardAction, GuardRule } from "@signalbox/proto";
import type { Finding, FindingType } from "../finding.ts";

export type Verdict<Found extends Finding> =
  | { readonly action: "pass" }
  | { readonly action: "observe" }
  | { readonly action: "redact"; readonly findings: readonly Found[] }
  | { readonly action: "block"; readonly types: readonly FindingType[] };

/** What is looked for because it is not wanted: without a rule for it, it goes no further. */
const UNWANTED = /^(?:(?:tool|size|attachment)\.|remote\.unavailable$)/;
/** These have no place in a text from which they could be taken out. */
const WITHOUT_PLACE = /^(?:tool|size|attachment|content|remote)\./;

/**
 * For each finding the first rule that matches holds, none is `observe`, or `block` for what is unwanted by itself; of the
 * actions the strictest is done. What cannot be taken out of a text is blocked where a rule would redact it.
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
