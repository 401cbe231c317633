import type { Catalogue, PolicyDocument, PolicyRule } from "@signalbox/proto";
import { compileCondition, type Condition } from "./condition.ts";
import { Coverage } from "./coverage.ts";

const ALWAYS = "true";

export type CompiledRule = {
  readonly rule: PolicyRule;
  /** null: it always holds. */
  readonly condition: Condition | null;
};

/** A policy's rules, worked up once for one catalogue; what health changes is no part of it. */
export type CompiledPolicy = {
  readonly rules: readonly CompiledRule[];
  readonly coverage: Coverage;
  /** Whether there is anything to look at for a request. */
  readonly active: boolean;
};

/** Throws an Error for a condition that cannot be used; a policy that was validated has none. */
export function compilePolicy(policy: PolicyDocument, catalogue: Catalogue): CompiledPolicy {
  return {
    rules: policy.rules.map((rule) => ({
      rule,
      condition: rule.when.trim() === ALWAYS ? null : compileCondition(rule.when),
    })),
    coverage: new Coverage(catalogue.endpoints, policy.groups),
    active: policy.rules.length > 0 || policy.otherwise === "deny",
  };
}
