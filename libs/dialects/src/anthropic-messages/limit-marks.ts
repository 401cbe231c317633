import { isObject } from "../check/check-value.ts";
import type { LossList } from "../neutral/loss.ts";
import type { JsonObject } from "../neutral/source.ts";

/** Anthropic's own bound; a request with more is refused. */
const MARKS_MAX = 4;

/**
 * Leaves at most four cache marks on the blocks of these lists, which stand in the order of the prompt: the first, because it keeps what
 * hardly ever changes, and the last three, because they reach the farthest.
 */
export function limitMarks(lists: readonly JsonObject[][], losses: LossList, taken: number): void {
  const marked = lists.flatMap((list) => list.flatMap((block, index) => (isMarked(block) ? [{ list, index }] : [])));
  const surplus = marked.length + taken - MARKS_MAX;
  if (surplus <= 0) return;
  losses.add("messages", "cache-mark", "out-of-range");
  for (const { list, index } of marked.slice(1, 1 + surplus)) {
    const { cache_control: _, ...block } = list[index] as JsonObject;
    list[index] = block;
  }
}

function isMarked(block: JsonObject): boolean {
  return isObject(block["cache_control"]);
}
