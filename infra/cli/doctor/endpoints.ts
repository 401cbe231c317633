import { readHealth } from "../read-health.ts";
import { fail, ok, type Check } from "./check.ts";

const NAMED_MAX = 5;

/** Whether providers accept the keys that they are asked with, and know the models: what requests have found out so far. */
export function endpointsCheck(natsUrl: string): Check {
  return {
    name: "endpoints",
    look: async () => {
      const health = await readHealth(natsUrl);
      if (health === null) return fail("policy does not tell", "Read <home>/logs/policy.log.");
      const unusable = [...health.values()].filter((each) => each.unusable !== undefined);
      if (unusable.length === 0) return ok("no provider refuses its key or its model");
      const named = unusable.slice(0, NAMED_MAX).map(({ endpoint, unusable: why }) => `${endpoint} (${why})`);
      const rest = unusable.length > NAMED_MAX ? ` and ${unusable.length - NAMED_MAX} more` : "";
      return fail(
        `unusable: ${named.join(", ")}${rest}`,
        "upstream-auth: correct the provider's key; upstream-not-found: correct the model's name or the base URL. Then start the line again.",
      );
    },
  };
}
