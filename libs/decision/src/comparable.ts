import type { Operation } from "@signalbox/proto";
import type { Candidate } from "./candidate.ts";

/**
 * The candidates that may stand in for the first. Vectors of different models cannot be compared, and a caller keeps them beside each
 * other: an embedding that another model made would spoil an index without an error, so only hosts of the same model may stand in.
 */
export function comparable(
  candidates: readonly Candidate[],
  { first, operation }: { first: Candidate; operation: Operation },
): readonly Candidate[] {
  if (operation !== "embeddings") return candidates;
  return candidates.filter(({ endpoint }) => endpoint.family === first.endpoint.family);
}
