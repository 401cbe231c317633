/** Service tiers, beside the usual one, in which providers sell the same model at other prices. */
export const SERVICE_TIERS = ["batch", "fast", "flex", "priority", "ultrafast"] as const;
