import { z } from "zod";
import { PolicyName } from "../documents/policy-rule.ts";

/** The member of a kept answer that is none of the answer's own. */
export const KEPT_NOTE = "signalbox";

/**
 * Stands beside a kept answer under `KEPT_NOTE` when the decision that it was made under ordered a redaction: with the
 * request's body and the guardrails document, which the cache key covers, the names give the placeholders that stand in
 * it.
 */
export const KeptNote = z.strictObject({ ordered: z.array(PolicyName) });
export type KeptNote = z.infer<typeof KeptNote>;
