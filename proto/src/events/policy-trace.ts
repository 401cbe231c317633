import { z } from "zod";
import { PolicyName, PolicyThrottle } from "../documents/policy-rule.ts";
import { Micro } from "../ids.ts";

const ruleHead = { rule: PolicyName };

/** What another stage, or a reader of the register, is to do because of a rule. */
export const Obligation = z.discriminatedUnion("kind", [
  z.strictObject({ ...ruleHead, kind: z.literal("redact"), types: z.array(PolicyName) }),
  z.strictObject({ ...ruleHead, kind: z.literal("throttle"), ...PolicyThrottle.shape }),
  z.strictObject({ ...ruleHead, kind: z.literal("custom"), name: PolicyName, value: z.string().max(256) }),
]);
export type Obligation = z.infer<typeof Obligation>;

/** What the policy's rules did to a decision; the decision's `excluded` says which of them ruled endpoints out. */
export const PolicyTrace = z.strictObject({
  /** In order; an effect is `overridden` where an earlier rule has set it. */
  applied: z.array(
    z.strictObject({ ...ruleHead, effects: z.array(z.string().max(32)), overridden: z.array(z.string().max(32)) }),
  ),
  /** Rules whose condition failed to evaluate; those that restrict were applied all the same. */
  failed: z.array(PolicyName),
  tags: z.array(PolicyName),
  obligations: z.array(Obligation),
  /** The arm that was drawn from a split or from weights, with the share of requests that draw it. */
  arm: z.strictObject({ ...ruleHead, arm: z.string().max(256), share: Micro }).nullable(),
});
export type PolicyTrace = z.infer<typeof PolicyTrace>;
