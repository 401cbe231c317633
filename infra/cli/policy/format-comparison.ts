import { formatPicoUsd } from "../format/money.ts";
import { formatTable } from "../format/table.ts";
import type { PolicyComparison } from "./compare-policies.ts";

/** Changes that are told one by one; the groups before them cover all. */
const SHOWN_MAX = 10;
const GROUPS_MAX = 20;

/** How many decisions would change and how, what that may cost, and the newest of them. */
export function formatComparison({ compared, changes, cost }: PolicyComparison): string {
  const head = `${changes.length} of ${compared} recorded decisions would change`;
  if (changes.length === 0) return head;
  const groups = groupsOf(changes);
  return [head, "", formatGroups(groups), "", ...costLines(cost), "the newest of them:", newest(changes, groups)].join(
    "\n",
  );
}

type Group = { readonly before: string; readonly after: string; count: number };

/** Changes of one kind together, the most frequent first; they are told by their place here. */
function groupsOf(changes: PolicyComparison["changes"]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const { before, after } of changes) {
    const key = `${before}\n${after}`;
    const group = groups.get(key) ?? { before, after, count: 0 };
    group.count += 1;
    groups.set(key, group);
  }
  return [...groups.values()].toSorted((a, b) => b.count - a.count);
}

/** Two plans stand below each other: side by side they are wider than a terminal. */
function formatGroups(groups: readonly Group[]): string {
  return formatTable(
    [{ title: "#", align: "right" }, { title: "COUNT", align: "right" }, { title: "" }, { title: "DECISION" }],
    groups.slice(0, GROUPS_MAX).flatMap(({ before, after, count }, at) => [
      [String(at + 1), String(count), "now", before],
      ["", "", "then", after],
    ]),
  );
}

function costLines({ requests, before, after }: PolicyComparison["cost"]): string[] {
  if (requests === 0) return [];
  const change = after - before;
  const sign = change < 0n ? "-" : "+";
  const by = formatPicoUsd(String(change < 0n ? -change : change));
  return [
    `at most ${formatPicoUsd(String(before))} now, ${formatPicoUsd(String(after))} then (${sign}${by}) for the ${requests} with a price under both`,
    "",
  ];
}

function newest(changes: PolicyComparison["changes"], groups: readonly Group[]): string {
  return formatTable(
    [{ title: "DECISION" }, { title: "#", align: "right" }, { title: "RULES" }],
    changes.slice(0, SHOWN_MAX).map(({ decisionId, before, after, rules }) => {
      const at = groups.findIndex((group) => group.before === before && group.after === after);
      return [decisionId, String(at + 1), rules.join(", ") || "none"];
    }),
  );
}
