import { z } from "zod";
import { Count, EndpointId, Micro } from "../ids.ts";

/** What outcome events have taught of one endpoint, rounded so that snapshots change seldom. */
export const EndpointHealth = z.strictObject({
  endpoint: EndpointId,
  /** The circuit is open until this time: endpoints are excluded before it and tried again after it. 0 when closed. */
  openUntilMs: Count,
  /** Failures in a row of the endpoint's own making (not the caller's 4xx). */
  failuresInRow: Count,
  /** Exponentially weighted share of failures. */
  errorShare: Micro,
  /** Exponentially weighted time to the first byte; null while unknown. */
  latencyMs: Count.nullable(),
  /** Outcomes seen, at most 1,000. */
  samples: Count,
  /**
   * Why no request can succeed there until an operator acts: the key is not accepted, or the model is not known.
   * Absent: nothing says so.
   */
  unusable: z.enum(["upstream-auth", "upstream-not-found"]).optional(),
});
export type EndpointHealth = z.infer<typeof EndpointHealth>;

/** The health snapshot that a decision read; only endpoints of which something is known, sorted by endpoint. */
export const HealthSnapshot = z.strictObject({
  schema: z.literal("signalbox.health.v1"),
  endpoints: z.array(EndpointHealth),
});
export type HealthSnapshot = z.infer<typeof HealthSnapshot>;
