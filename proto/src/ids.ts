import { z } from "zod";

/** A UUID in version 7 form (RFC 9562), lower case: ids of requests, decisions and events sort by time of creation. */
export const Uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);

/** A tenant's name: also a NATS subject token, so it holds no dot, star, space or upper case. */
export const TenantId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "expected lower-case letters, digits and hyphens, at most 63");

/** `sha256:` and 64 lower-case hex digits: the name of a content-addressed document. */
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/**
 * `hmac-sha256:` and 64 lower-case hex digits, keyed by the tenant's digest key: without that key nobody can test a guess
 * at the text.
 */
export const KeyedDigest = z.string().regex(/^hmac-sha256:[0-9a-f]{64}$/);

/** A non-negative safe integer; every number in a hashed record is one. */
export const Count = z.int().min(0);

/** A share, a difficulty or a quality in millionths: 0 to 1,000,000. */
export const Micro = z.int().min(0).max(1_000_000);

/** Money in pico-USD (10^-12 USD) as a decimal string, because sums pass 2^53. */
export const PicoUsd = z.string().regex(/^(0|[1-9][0-9]{0,30})$/, "expected a whole number of pico-USD in digits");

/** An endpoint's name: `provider/model`. The model may itself contain slashes. */
export const EndpointId = z.string().min(3).max(256);
