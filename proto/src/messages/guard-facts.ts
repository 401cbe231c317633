import { z } from "zod";
import { GuardAction } from "../documents/guard.ts";
import { Count, Digest } from "../ids.ts";

/** How many types a record names, and how many places of each: so many fit into a leaf beside everything else. */
export const GUARD_TYPES_MAX = 32;
export const GUARD_PLACES_MAX = 8;

/** A type of finding, such as `pii.email` or `secret.github`; never the text. */
const FoundType = z.string().max(48);

/** What the guardrails found in a request: it stands in the leaf, so it holds integers and words of a closed set only. */
export const GuardFacts = z.strictObject({
  /** The guardrails document. */
  config: Digest,
  /** False: the request held more text than is looked through. */
  complete: z.boolean(),
  /** The strictest action of all; `pass` when nothing was found. */
  action: z.enum(["pass", ...GuardAction.options]),
  /** The blocked types first, then the redacted ones. */
  found: z
    .array(
      z.strictObject({
        type: FoundType,
        action: GuardAction,
        count: Count,
        /** The first ones as `[number of the string in the body, start, end]`, in UTF-16 units. */
        places: z.array(z.tuple([Count, Count, Count])).max(GUARD_PLACES_MAX),
      }),
    )
    .max(GUARD_TYPES_MAX),
});
export type GuardFacts = z.infer<typeof GuardFacts>;

/** What the guardrails did to a request and its answer, for its outcome. */
export const GuardOutcome = z.strictObject({
  config: Digest,
  /** What was taken out of the request before it was sent on. */
  redacted: z.array(z.strictObject({ type: FoundType, count: Count })).max(GUARD_TYPES_MAX),
  /** What was found in the answer; a blocked type ended it. */
  found: z.array(z.strictObject({ type: FoundType, action: GuardAction, count: Count })).max(GUARD_TYPES_MAX),
});
export type GuardOutcome = z.infer<typeof GuardOutcome>;
