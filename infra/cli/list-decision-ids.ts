import type { ApiClient } from "./api-client.ts";
import { DecisionList } from "./decision-record.ts";

/** Asked for at a time. */
const PAGE_SIZE = 200;

/** The ids of all decisions of a span of time, newest first, page by page. One generator may feed several readers. */
export async function* listDecisionIds(
  api: ApiClient,
  span: { from: number | undefined; to: number | undefined },
): AsyncGenerator<string> {
  let before: number | undefined;
  for (;;) {
    const query = { ...span, limit: PAGE_SIZE, before };
    const page = await api.call(DecisionList, { path: "/v1/decisions", query });
    for (const { decision } of page.data) if (decision !== null) yield decision.decisionId;
    if (page.next_before == null || page.data.length === 0) return;
    before = page.next_before;
  }
}
