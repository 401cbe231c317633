import type { NeutralRequest } from "@signalbox/dialects";

/**
 * Whether a request is deterministic enough to be answered from the cache, and its answer kept, without being asked for:
 * the caller settled the sampling (temperature 0, or a seed), wants one choice, and offers no tools, whose calls act on
 * a world that moves on. `x-signalbox-cache: on` overrules this, and `off` forbids the cache whatever this says.
 */
export function isDeterministic(request: NeutralRequest): boolean {
  const settled = request.temperature === 0 || request.seed !== null;
  return settled && request.choices === 1 && request.tools.length === 0;
}
