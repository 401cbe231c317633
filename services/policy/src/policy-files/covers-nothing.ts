import { coveredBy } from "@signalbox/decision";
import type { Catalogue, PolicyDocument } from "@signalbox/proto";
import { selectorsOf } from "./selectors-of.ts";

/** Selectors that cover no endpoint of the catalogue: a name that is mistyped, or a model that has gone. */
export function coversNothing(policy: PolicyDocument, catalogue: Catalogue): string[] {
  const covered = coveredBy(policy, catalogue);
  return policy.rules.flatMap(({ name, effects }) =>
    selectorsOf(effects)
      .filter(({ selector }) => covered(selector).size === 0)
      .map(({ effect, selector }) => `rule '${name}': ${effect} names '${selector}', which covers no endpoint now`),
  );
}
