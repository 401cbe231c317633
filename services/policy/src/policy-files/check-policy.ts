import { testPolicy } from "@signalbox/decision";
import type { Catalogue, PolicyDocument } from "@signalbox/proto";
import { coversNothing } from "./covers-nothing.ts";

type PolicyCheck = {
  /** Test cases that fail, each with what the decision is not. */
  readonly failures: readonly { readonly name: string; readonly problems: readonly string[] }[];
  readonly tests: number;
  /** What is allowed but probably not meant. */
  readonly warnings: readonly string[];
};

/** Runs a policy's own tests over the catalogue, and looks for what names nothing in it. */
export function checkPolicy(policy: PolicyDocument, catalogue: Catalogue): PolicyCheck {
  const failures = testPolicy({ policy, catalogue }).filter(({ problems }) => problems.length > 0);
  return { failures, tests: policy.tests.length, warnings: coversNothing(policy, catalogue) };
}
