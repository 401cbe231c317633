import { grpcServerFields, postgresFields, serviceFields } from "@signalbox/kit";
import { z } from "zod";

const MIB = 1024 * 1024;

export const Config = z.strictObject({
  ...serviceFields,
  ...grpcServerFields,
  ...postgresFields,
  /** false: every request is passed on without a lookup and no answer is kept; Postgres and the gRPC port stay closed. */
  enabled: z.boolean().default(true),
  /** How many answers this process indexes in memory; the least recently found are forgotten first. */
  entriesMax: z.int().min(1).max(10_000_000).default(50_000),
  /** How many bytes of their bodies it holds in memory; the others are read from Postgres. */
  memoryMaxBytes: z
    .int()
    .min(0)
    .default(64 * MIB),
  /** A larger answer is not kept: ingress writes a cached chat in one turn, at about 6 ms a mebibyte. */
  entryMaxBytes: z
    .int()
    .min(1)
    .max(64 * MIB)
    .default(2 * MIB),
  /** How much is kept in Postgres, by all instances together; the oldest is deleted first. */
  maxBytes: z
    .int()
    .min(0)
    .default(1024 * MIB),
  /** The longest that an answer may live, whatever the request to keep it says. */
  ttlMaxSeconds: z
    .int()
    .min(1)
    .default(7 * 24 * 3_600),
  /** How often expired answers and those beyond `maxBytes` are deleted. */
  sweepEveryMs: z.int().min(10).default(60_000),
});
export type Config = z.infer<typeof Config>;
