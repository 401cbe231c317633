import { z } from "zod";
import { PolicyName } from "../documents/policy-rule.ts";

/** The member that Signalbox adds to a cached answer's JSON. */
export const KEPT_NOTE = "signalbox";

/**
 * Stored under `KEPT_NOTE` when the answer's decision ordered a redaction. From these names, the request's body and the
 * guardrails document (the cache key covers both) the placeholders in the answer can be computed again.
 */
export const KeptNote = z.strictObject({ ordered: z.array(PolicyName) });
export type KeptNote = z.infer<typeof KeptNote>;
