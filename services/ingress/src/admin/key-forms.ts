import { OPERATIONS, PolicyName, Role, TenantId } from "@signalbox/proto";
import { z } from "zod";
import { Network } from "../identity/origin.ts";
import { picoUsdOf } from "./money.ts";

const COUNT_MAX = 1_000_000_000;

export const Usd = z
  .number()
  .min(0)
  .refine((usd) => picoUsdOf(usd) !== null, "expected an amount with at most twelve decimals");

/**
 * An IANA time zone. Offsets like `+01:00` are refused, because PostgreSQL reads them with the opposite sign of everybody
 * else: as hours west of Greenwich.
 */
export const TimeZone = z
  .string()
  .max(64)
  .refine((name) => {
    if (!/^[a-z]/i.test(name)) return false;
    try {
      return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
    } catch {
      return false;
    }
  }, "expected a time zone like Europe/Berlin");

export const CALENDAR_WINDOWS = ["day", "week", "month", "total"] as const;

export const KeyBudget = z.strictObject({
  usd: Usd,
  window: z.enum(CALENDAR_WINDOWS),
  timeZone: TimeZone.default("UTC"),
});
export type KeyBudget = z.infer<typeof KeyBudget>;

const Limit = z.int().min(0).max(COUNT_MAX).nullable();

/** Requests and tokens a minute, and requests at once. */
export const KeyLimits = z.strictObject({
  rpm: Limit.optional(),
  tpm: Limit.optional(),
  concurrency: Limit.optional(),
});
export type KeyLimits = z.infer<typeof KeyLimits>;

/** The id of a team, a project, a user or a service account. */
export const Name = z.string().min(1).max(64);

const LIFETIME_MAX_SECONDS = 30 * 86_400;
const OVERLAP_MAX_SECONDS = 7 * 86_400;

const Patterns = z.array(z.string().min(1).max(256)).min(1).max(64);

const ExpiresAt = z.iso.datetime({ offset: true });
const isToCome = (at: string): boolean => Date.parse(at) > Date.now();

const settings = {
  /** What the key belongs to within its tenant; an id that is named for the first time is made. */
  team: Name.nullish(),
  project: Name.nullish(),
  user: Name.nullish(),
  serviceAccount: Name.nullish(),
  /** Patterns with `*` over `provider/model`, model names and families. */
  models: Patterns.nullish(),
  /** Groups of the policy: the key may use their members alone. */
  routes: z.array(PolicyName).min(1).max(64).nullish(),
  /** Patterns with `*` over `provider/model` alone. */
  endpoints: Patterns.nullish(),
  /** Patterns with `*` over regions. */
  regions: z.array(z.string().min(1).max(64)).min(1).max(32).nullish(),
  /** The operations that it may ask for. */
  operations: z.array(z.enum(OPERATIONS)).min(1).nullish(),
  /** Where it may be used from: addresses, and networks like 192.0.2.0/24 or 2001:db8::/32. */
  networks: z.array(Network).min(1).max(64).nullish(),
  budget: KeyBudget.nullish(),
  limits: KeyLimits.nullish(),
  expiresAt: ExpiresAt.refine(isToCome, "expected a time to come").nullish(),
};

export type KeySettings = z.infer<z.ZodObject<typeof settings>>;

export const NewKey = z.strictObject({
  name: z.string().min(1).max(128),
  role: Role.default("member"),
  /** The asking admin's own unless it is given; a new one is made. */
  tenant: TenantId.optional(),
  /** Makes a short-lived key: it ends so long after its secret was issued unless its bearer renews it, at the latest at `expiresAt`. */
  lifetimeSeconds: z.int().min(60).max(LIFETIME_MAX_SECONDS).optional(),
  ...settings,
});
export type NewKey = z.infer<typeof NewKey>;

/** What is left out stays; null removes a setting. */
export const KeyChange = z.strictObject({ name: z.string().min(1).max(128).optional(), ...settings });
export type KeyChange = z.infer<typeof KeyChange>;

/** A key without its secret. */
export const AdminKey = z.strictObject({
  object: z.literal("key"),
  id: z.string(),
  tenant: TenantId,
  name: z.string(),
  role: Role,
  team: z.string().nullable(),
  project: z.string().nullable(),
  user: z.string().nullable(),
  serviceAccount: z.string().nullable(),
  models: z.array(z.string()).nullable(),
  routes: z.array(z.string()).nullable(),
  endpoints: z.array(z.string()).nullable(),
  regions: z.array(z.string()).nullable(),
  operations: z.array(z.enum(OPERATIONS)).nullable(),
  networks: z.array(z.string()).nullable(),
  budget: z.strictObject({ usd: z.number(), window: z.string(), timeZone: z.string() }).nullable(),
  limits: z.strictObject({
    rpm: z.int().nullable(),
    tpm: z.int().nullable(),
    concurrency: z.int().nullable(),
  }),
  /** Of a short-lived key. */
  lifetimeSeconds: z.int().nullable(),
  renewableUntil: z.iso.datetime().nullable(),
  /** When its secret was issued, and until when the previous one is still accepted. */
  secretSince: z.iso.datetime(),
  previousSecretUntil: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  revokedAt: z.iso.datetime().nullable(),
  lastUsedAt: z.iso.datetime().nullable(),
});
export type AdminKey = z.infer<typeof AdminKey>;

/** A new key, or one with a new secret: the only time that the secret is shown. */
export const MadeKey = z.strictObject({ ...AdminKey.shape, secret: z.string() });

/** How long the present secret is still accepted beside the new one; with 0 it is refused at once. */
export const Rotation = z.strictObject({ overlapSeconds: z.int().min(0).max(OVERLAP_MAX_SECONDS).default(0) });

export const KeyList = z.strictObject({ object: z.literal("list"), data: z.array(AdminKey) });
