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
  return [head, "", groups(changes), "", ...costLines(cost), `the newest of them:`, newest(changes)].join("\n");
}

function groups(changes: PolicyComparison["changes"]): string {
  const counts = new Map<string, { before: string; after: string; count: number }>();
  for (const { before, after } of changes) {
    const key = `${before}\n${after}`;
    const group = counts.get(key) ?? { before, after, count: 0 };
    group.count += 1;
    counts.set(key, group);
  }
  const rows = [...counts.values()].toSorted((a, b) => b.count - a.count).slice(0, GROUPS_MAX);
  return formatTable(
    [{ title: "COUNT", align: "right" }, { title: "NOW" }, { title: "THEN" }],
    rows.map(({ before, after, count }) => [String(count), before, after]),
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

function newest(changes: PolicyComparison["changes"]): string {
  return formatTable(
    [{ title: "DECISION" }, { title: "NOW" }, { title: "THEN" }, { title: "RULES" }],
    changes
      .slice(0, SHOWN_MAX)
      .map(({ decisionId, before, after, rules }) => [decisionId, before, after, rules.join(", ") || "none"]),
  );
}
