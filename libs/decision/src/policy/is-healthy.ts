import type { PreparedDocuments } from "../prepare-documents.ts";

/** Whether any endpoint that the selector covers has a circuit that is not open now. */
export function isHealthy(selector: string, { compiled, endpoints }: PreparedDocuments, nowMs: number): boolean {
  const cover = compiled.coverage.of(selector);
  return endpoints.some(({ index, openUntilMs }) => cover[index] === 1 && openUntilMs <= nowMs);
}
