import type { LossList } from "../neutral/loss.ts";
import type { JsonObject } from "../neutral/source.ts";

/** The most points of a request (https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html); one with more is refused. */
const POINTS_MAX = 4;

/**
 * Leaves at most four cache points in these lists, which stand in the order of the prompt: the first, because it keeps what hardly ever
 * changes, and the last three, because they reach the farthest.
 */
export function limitPoints(lists: readonly JsonObject[][], losses: LossList): void {
  const points = lists.flatMap((list) => list.filter((block) => block["cachePoint"] !== undefined));
  const surplus = points.length - POINTS_MAX;
  if (surplus <= 0) return;
  losses.add("messages", "cache-mark", "out-of-range");
  const left = new Set(points.slice(1, 1 + surplus));
  for (const list of lists) list.splice(0, list.length, ...list.filter((block) => !left.has(block)));
}
