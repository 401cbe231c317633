import type { NeutralRequest } from "@signalbox/dialects";

/**
 * Whether a request uses the cache without asking for it: its sampling is fixed (temperature 0, or a seed), it wants one
 * choice, and it offers no tools, whose results change with time. `x-signalbox-cache: on` and `off` overrule this.
 */
export function isDeterministic(request: NeutralRequest): boolean {
  const settled = request.temperature === 0 || request.seed !== null;
  return settled && request.choices === 1 && request.tools.length === 0;
}
