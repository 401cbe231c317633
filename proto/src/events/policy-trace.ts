import { z } from "zod";
import { PolicyName, PolicyThrottle } from "../documents/policy-rule.ts";
import { Micro } from "../ids.ts";

const ruleHead = { rule: PolicyName };

/** What somebody else is to do because of a rule. */
export const Obligation = z.discriminatedUnion("kind", [
  z.strictObject({ ...ruleHead, kind: z.literal("redact"), types: z.array(PolicyName) }),
  z.strictObject({ ...ruleHead, kind: z.literal("throttle"), ...PolicyThrottle.shape }),
  z.strictObject({ ...ruleHead, kind: z.literal("custom"), name: PolicyName, value: z.string().max(256) }),
]);
export type Obligation = z.infer<typeof Obligation>;

/** What the policy's rules did to a decision; which of them ruled endpoints out stands in `excluded`. */
export const PolicyTrace = z.strictObject({
  /** In order; `overridden` effects were already had from an earlier rule. */
  applied: z.array(
    z.strictObject({ ...ruleHead, effects: z.array(z.string().max(32)), overridden: z.array(z.string().max(32)) }),
  ),
  /** Rules whose condition could not be computed; one that restricts was applied all the same. */
  failed: z.array(PolicyName),
  tags: z.array(PolicyName),
  obligations: z.array(Obligation),
  /** The arm that was drawn from a split or from weights, with the share of requests that draw it. */
  arm: z.strictObject({ ...ruleHead, arm: z.string().max(256), share: Micro }).nullable(),
});
export type PolicyTrace = z.infer<typeof PolicyTrace>;
