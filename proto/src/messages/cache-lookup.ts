import { z } from "zod";
import { Usage } from "../events/outcome.ts";
import { Count, EndpointId, Uuid } from "../ids.ts";
import { Classification } from "./classification.ts";
import { RequestFacts, RequestRoute } from "./request-facts.ts";

/** What the cache knows of the request's key. */
export const Lookup = z.discriminatedUnion("status", [
  /** Not looked up: opted out, switched off, or not deterministic enough. */
  z.strictObject({ status: z.literal("off") }),
  z.strictObject({ status: z.literal("miss") }),
  z.strictObject({
    status: z.literal("hit"),
    entryId: Uuid,
    endpoint: EndpointId,
    ageSeconds: Count,
    usage: Usage,
  }),
]);
export type Lookup = z.infer<typeof Lookup>;

/** `request.decide`: cache → policy. */
export const DecideItem = z.strictObject({
  facts: RequestFacts,
  route: RequestRoute,
  classification: Classification,
  lookup: Lookup,
  /**
   * `host:port` of the cache instance's gRPC server, or null when the cache is off: where a hit is read and an answer
   * is stored.
   */
  cacheAddress: z.string().max(256).nullable(),
  timing: z.strictObject({ classifyUs: Count, lookupUs: Count }),
});
export type DecideItem = z.infer<typeof DecideItem>;
