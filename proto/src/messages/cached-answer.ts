import { z } from "zod";
import { PolicyName } from "../documents/policy-rule.ts";

/** The member that Signalbox adds to a cached answer's JSON. */
export const CACHE_NOTE = "signalbox";

/**
 * Stored under `CACHE_NOTE` when the answer's decision ordered a redaction. From these names, the request's body and the
 * guardrails document (the cache key covers both) the placeholders in the answer can be computed again.
 */
export const CacheNote = z.strictObject({ ordered: z.array(PolicyName) });
export type CacheNote = z.infer<typeof CacheNote>;
