import { TenantId } from "@signalbox/proto";
import { z } from "zod";
import { KEY_ROLES } from "../keys/key-database.ts";
import { picoUsdOf } from "./money.ts";

const COUNT_MAX = 1_000_000_000;

export const Usd = z
  .number()
  .min(0)
  .refine((usd) => picoUsdOf(usd) !== null, "expected an amount with at most twelve decimals");

/** An IANA time zone, in which days, weeks and months begin. */
export const TimeZone = z
  .string()
  .max(64)
  .refine((name) => {
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

const Name = z.string().min(1).max(64);

const ExpiresAt = z.iso.datetime({ offset: true });
const isToCome = (at: string): boolean => Date.parse(at) > Date.now();

const settings = {
  team: Name.nullish(),
  project: Name.nullish(),
  /** Patterns with `*` over `provider/model`, model names and families. */
  models: z.array(z.string().min(1).max(256)).min(1).max(64).nullish(),
  budget: KeyBudget.nullish(),
  limits: KeyLimits.nullish(),
  expiresAt: ExpiresAt.refine(isToCome, "expected a time to come").nullish(),
};

export const NewKey = z.strictObject({
  name: z.string().min(1).max(128),
  role: z.enum(KEY_ROLES).default("member"),
  /** The asking admin's own unless it is given; a new one is made. */
  tenant: TenantId.optional(),
  ...settings,
});
export type NewKey = z.infer<typeof NewKey>;

/** What is left out stays; null takes it away. */
export const KeyChange = z.strictObject({ name: z.string().min(1).max(128).optional(), ...settings });
export type KeyChange = z.infer<typeof KeyChange>;

/** A key as it may be shown at any time. */
export const AdminKey = z.strictObject({
  object: z.literal("key"),
  id: z.string(),
  tenant: TenantId,
  name: z.string(),
  role: z.enum(KEY_ROLES),
  team: z.string().nullable(),
  project: z.string().nullable(),
  models: z.array(z.string()).nullable(),
  budget: z.strictObject({ usd: z.number(), window: z.string(), timeZone: z.string() }).nullable(),
  limits: z.strictObject({
    rpm: z.int().nullable(),
    tpm: z.int().nullable(),
    concurrency: z.int().nullable(),
  }),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  revokedAt: z.iso.datetime().nullable(),
  lastUsedAt: z.iso.datetime().nullable(),
});
export type AdminKey = z.infer<typeof AdminKey>;

/** A fresh key, with the one time that its secret is shown. */
export const MadeKey = z.strictObject({ ...AdminKey.shape, secret: z.string() });
export const KeyList = z.strictObject({ object: z.literal("list"), data: z.array(AdminKey) });
