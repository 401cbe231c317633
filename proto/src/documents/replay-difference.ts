import { z } from "zod";
import type { LedgerDifference } from "../gen/signalbox/v1/ledger.ts";

/** `path` is a JSON Pointer into the decision; a value that one side does not have is left out. */
export const ReplayDifference = z.strictObject({
  path: z.string(),
  recorded: z.unknown().optional(),
  replayed: z.unknown().optional(),
});
type ReplayDifference = z.infer<typeof ReplayDifference>;

/** Reads what the ledger's gRPC says of a difference. A side that is absent stays so, and is told from null. */
export function readDifference({ path, recordedJson, replayedJson }: LedgerDifference): ReplayDifference {
  return {
    path,
    ...(recordedJson === "" ? {} : { recorded: JSON.parse(recordedJson) as unknown }),
    ...(replayedJson === "" ? {} : { replayed: JSON.parse(replayedJson) as unknown }),
  };
}
