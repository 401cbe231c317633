/** Kinds of service, beside the usual one, that providers sell the same model in at other prices. */
export const SERVICE_TIERS = ["batch", "fast", "flex", "priority"] as const;
