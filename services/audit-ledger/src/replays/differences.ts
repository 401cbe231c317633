import { canonicalize } from "@signalbox/tlog";
import type { LedgerDifference } from "@signalbox/proto/grpc/ledger";

/** More differences than this say nothing that the first ones do not. */
const DIFFERENCES_MAX = 100;

/** Where two JSON values differ, as JSON Pointers (RFC 6901) to the smallest parts, in order. */
export function differences(recorded: unknown, replayed: unknown): LedgerDifference[] {
  const found: LedgerDifference[] = [];
  compare({ path: "", recorded, replayed }, found);
  return found;
}

type Pair = { readonly path: string; readonly recorded: unknown; readonly replayed: unknown };

function compare({ path, recorded, replayed }: Pair, found: LedgerDifference[]): void {
  if (found.length >= DIFFERENCES_MAX) return;
  if (isParent(recorded) && isParent(replayed) && Array.isArray(recorded) === Array.isArray(replayed)) {
    for (const key of new Set([...Object.keys(recorded), ...Object.keys(replayed)])) {
      compare({ path: `${path}/${escape(key)}`, recorded: recorded[key], replayed: replayed[key] }, found);
    }
    return;
  }
  const pair = { path, recordedJson: json(recorded), replayedJson: json(replayed) };
  if (pair.recordedJson !== pair.replayedJson) found.push(pair);
}

function isParent(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function json(value: unknown): string {
  return value === undefined ? "" : canonicalize(value, { numbers: "any" });
}

function escape(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
