import { readHealth } from "../read-health.ts";
import type { EndpointHealth } from "@signalbox/proto";
import { fail, ok, warn, type Check, type Finding } from "./check.ts";

const NAMED_MAX = 5;
/** An endpoint that may be tried again and was not yet is told of for so long. */
const RECENT_MS = 60_000;

/** Whether providers accept their keys, know the models and answer: what requests have found out so far. */
export function endpointsCheck(natsUrl: string): Check {
  return {
    name: "endpoints",
    look: async () => {
      const health = await readHealth(natsUrl);
      if (health === null) return fail("policy does not tell", "Read <home>/logs/policy.log.");
      const endpoints = [...health.values()];
      const unusable = endpoints.filter((each) => each.unusable !== undefined);
      if (unusable.length === 0) return failingFinding(endpoints);
      return fail(
        `unusable: ${named(unusable, ({ endpoint, unusable: why }) => `${endpoint} (${why})`)}`,
        "upstream-auth: correct the provider's key, or see to its account's credit and rights; upstream-not-found: correct the model's name or the base URL. What was corrected here takes a start of the line, what was corrected there is found out within five minutes.",
      );
    },
  };
}

/** Where some answer, requests go there; where none does, most are refused. */
function failingFinding(endpoints: readonly EndpointHealth[]): Finding {
  const failing = endpoints.filter(({ openUntilMs }) => openUntilMs > Date.now() - RECENT_MS);
  if (failing.length === 0) return ok("every provider that was asked answers");
  const said = `no answers from ${named(failing, ({ endpoint }) => endpoint)}`;
  const todo =
    "See the provider's status and limits; it is tried again by itself. <home>/logs/policy.log says since when.";
  return failing.length === endpoints.length
    ? fail(`${said}, and of no other is known that it answers`, todo)
    : warn(said, todo);
}

function named(endpoints: readonly EndpointHealth[], text: (endpoint: EndpointHealth) => string): string {
  const rest = endpoints.length > NAMED_MAX ? ` and ${endpoints.length - NAMED_MAX} more` : "";
  return endpoints.slice(0, NAMED_MAX).map(text).join(", ") + rest;
}
