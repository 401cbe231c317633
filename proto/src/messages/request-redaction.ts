import { z } from "zod";
import { PolicyName } from "../documents/policy-rule.ts";
import { Digest } from "../ids.ts";
import { GuardOutcome } from "./guard-facts.ts";

/**
 * What was redacted in a request's body; sent from ingress to the dispatcher, by gRPC alone. It holds the original texts,
 * so it stays in memory and is neither logged nor recorded.
 */
export const RequestRedaction = z.strictObject({
  /** The guardrails document by which the texts were found. */
  config: Digest,
  /** The names that the decision orders redacted, sorted; see `CacheNote`. */
  ordered: z.array(PolicyName),
  /** Types and counts, for the outcome. */
  redacted: GuardOutcome.shape.redacted,
  /** Placeholder → the text that it stands for. */
  originals: z.record(z.string(), z.string()),
});
export type RequestRedaction = z.infer<typeof RequestRedaction>;
