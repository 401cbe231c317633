import type { Usage } from "@signalbox/proto";

/** Words for the usual service at its usual price. A commitment (`scale`, `provisioned`, `reserved`) is paid for apart from tokens. */
const USUAL = new Set([
  "auto",
  "default",
  "standard",
  "standard_only",
  "on_demand",
  "scale",
  "provisioned_throughput",
  "reserved",
  "unspecified",
  "traffic_type_unspecified",
  "service_tier_unspecified",
  "service_tier_standard",
  "",
]);

const KNOWN: ReadonlyMap<string, Usage["serviceTier"]> = new Map([
  ["flex", "flex"],
  ["on_demand_flex", "flex"],
  ["service_tier_flex", "flex"],
  ["service_tier_priority", "priority"],
  ["priority", "priority"],
  ["on_demand_priority", "priority"],
  ["batch", "batch"],
  ["fast", "fast"],
  ["ultrafast", "ultrafast"],
]);

/** The kind of service that a provider names as the one it gave; undefined: the usual one, or it names none. */
export function serviceTierOf(word: unknown): Usage["serviceTier"] {
  if (typeof word !== "string") return undefined;
  const plain = word.toLowerCase();
  return USUAL.has(plain) ? undefined : (KNOWN.get(plain) ?? "other");
}

/** The same as a part of a usage. */
export function serviceTerms(word: unknown): Pick<Usage, "serviceTier"> | undefined {
  const serviceTier = serviceTierOf(word);
  return serviceTier === undefined ? undefined : { serviceTier };
}
