import type { DecisionEvent } from "@signalbox/proto";
import type { ApiClient } from "../api-client.ts";
import { DecisionList } from "../decision-record.ts";

/** Asked for at a time. */
const PAGE_SIZE = 200;

/** The newest decisions of the register, at most `limit`, without those made before `fromMs`. */
export async function* recentDecisions(
  api: ApiClient,
  { limit, fromMs }: { limit: number; fromMs: number | undefined },
): AsyncGenerator<DecisionEvent> {
  let before: number | undefined;
  for (let left = limit; left > 0;) {
    const query = { limit: Math.min(PAGE_SIZE, left), before, from: fromMs };
    const page = await api.call(DecisionList, { path: "/v1/decisions", query });
    for (const { decision } of page.data) if (decision !== null) yield decision;
    if (page.next_before == null || page.data.length === 0) return;
    left -= page.data.length;
    before = page.next_before;
  }
}
