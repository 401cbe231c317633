import { chooseAction, type JsonFinding, type SlicedScan, summarise } from "@signalbox/guard";
import { GUARD_TYPES_MAX, type GuardAction, type GuardDocument, type GuardFacts } from "@signalbox/proto";

const STRICTNESS: Record<GuardAction, number> = { block: 0, redact: 1, observe: 2 };

/** The result of a scan, and the action that the document's rules choose, as the request's facts hold them. */
export function guardFactsOf(
  { findings, complete }: SlicedScan,
  { digest, document }: { readonly digest: string; readonly document: GuardDocument },
): GuardFacts {
  const { rules, beyond } = document.request;
  const byType = Map.groupBy(findings, ({ type }) => type);
  const found = [...byType.values()]
    .map((each) => foundOf(each, rules))
    .toSorted((a, b) => STRICTNESS[a.action] - STRICTNESS[b.action] || (a.type < b.type ? -1 : 1));
  const strictest = found[0]?.action ?? "pass";
  const action = complete || (beyond === "observe" && strictest !== "pass") ? strictest : beyond;
  return { config: digest, complete, action, found: found.slice(0, GUARD_TYPES_MAX) };
}

function foundOf(
  findings: readonly JsonFinding[],
  rules: GuardDocument["request"]["rules"],
): GuardFacts["found"][number] {
  const { action } = chooseAction(findings, rules);
  const [{ type, count, places }] = summarise(findings) as [ReturnType<typeof summarise>[number]];
  return {
    type,
    action: action === "pass" ? "observe" : action,
    count,
    places: places.map(([field, start, end]) => [field, start, end]),
  };
}
