import { BUDGET_UNITS, BudgetId, BudgetName, TenantId } from "@signalbox/proto";
import { z } from "zod";
import { CALENDAR_WINDOWS, TimeZone, Usd } from "./key-forms.ts";

const COUNT_MAX = 1_000_000_000_000;
const ROLLING_MAX_SECONDS = 366 * 86_400;
const Count = z.int().min(0).max(COUNT_MAX);
const Name = z.string().min(1).max(64);

/** Which requests are charged: those that match every field given. */
export const BudgetScope = z.strictObject({
  tenant: TenantId.optional(),
  /** A virtual key's id. */
  key: z.string().max(64).optional(),
  team: Name.optional(),
  project: Name.optional(),
  user: Name.optional(),
  /** The `user` that requests name, of the scope's tenant. It is kept and shown as the tenant's digest of it. */
  endUser: z.string().min(1).max(512).optional(),
  tag: z.string().min(1).max(128).optional(),
  /** Charges the use of this model alone, given by its name, its family or a pattern with `*`. */
  model: z.string().min(1).max(256).optional(),
  provider: Name.optional(),
});
export type BudgetScope = z.infer<typeof BudgetScope>;

/** Money as billed, tokens of input and output, requests, or requests at once: one of them. */
export const BudgetLimit = z.union(
  [
    z.strictObject({ usd: Usd }),
    z.strictObject({ tokens: Count }),
    z.strictObject({ requests: Count }),
    z.strictObject({ concurrency: Count }),
  ],
  { error: 'expected one of usd, tokens, requests and concurrency with a number, such as {"usd": 5}' },
);
export type BudgetLimit = z.infer<typeof BudgetLimit>;

/** `minute` makes a rate limit over any sixty seconds, whose refusal says when to try again. */
export const BudgetWindow = z.union(
  [z.enum([...CALENDAR_WINDOWS, "minute"]), z.strictObject({ seconds: z.int().min(1).max(ROLLING_MAX_SECONDS) })],
  { error: 'expected day, week, month, total, minute, or {"seconds": n} of at most 366 days' },
);
export type BudgetWindow = z.infer<typeof BudgetWindow>;

/** Gives each of these an account of its own with the whole limit. */
export const EachOf = z.enum(["key", "team", "project", "user", "end-user"]);
export type EachOf = z.infer<typeof EachOf>;

/** block: requests that do not fit are refused. pass: they are let through and counted; a policy's rules may act on it. */
const AtLimit = z.enum(["block", "pass"]);

const Shares = z.array(z.number().min(0.01).max(1)).max(8);

const settings = {
  timeZone: TimeZone.optional(),
  /** Shares of the limit at which an alert is sent, once for each window. */
  alertAt: Shares.optional(),
  /** Rate and concurrency limits always block. */
  atLimit: AtLimit.optional(),
};

/** The shares where none are given. */
export const ALERT_AT_DEFAULT: readonly number[] = [0.8];

/** The names of a key's own budgets and limits, which are made together with the key. */
const OF_A_KEY = /^key-[0-9a-f]{12}-/;

export const NewBudget = z.strictObject({
  name: BudgetName.refine((name) => !OF_A_KEY.test(name), "names like this one are those of keys' own budgets"),
  scope: BudgetScope,
  each: EachOf.optional(),
  limit: BudgetLimit,
  window: BudgetWindow.optional(),
  ...settings,
});
export type NewBudget = z.infer<typeof NewBudget>;

export const BudgetChange = z.strictObject({
  limit: BudgetLimit.optional(),
  window: BudgetWindow.optional(),
  ...settings,
});
export type BudgetChange = z.infer<typeof BudgetChange>;

/** Whole numbers of the unit, as decimal strings. */
const Amount = z.string().regex(/^-?[0-9]+$/);

export const AdminBudget = z.strictObject({
  object: z.literal("budget"),
  /** What decisions, refusals and alerts call it by. */
  id: BudgetId,
  name: BudgetName,
  scope: BudgetScope,
  each: EachOf.nullable(),
  limit: z.union([
    z.strictObject({ usd: z.number() }),
    z.strictObject({ tokens: z.int() }),
    z.strictObject({ requests: z.int() }),
    z.strictObject({ concurrency: z.int() }),
  ]),
  window: BudgetWindow,
  timeZone: z.string(),
  alertAt: z.array(z.number()),
  atLimit: AtLimit,
  createdAt: z.iso.datetime(),
  /** The present window; its amounts are whole numbers of `unit`, summed over all accounts. */
  current: z.strictObject({
    unit: z.enum(BUDGET_UNITS),
    startsAt: z.iso.datetime().nullable(),
    endsAt: z.iso.datetime().nullable(),
    limit: Amount,
    spent: Amount,
    /** Of requests under way. */
    reserved: Amount,
    /** Held by policy instances for the next requests. */
    leased: Amount,
    /** Of several accounts, the one that has the least left. */
    left: Amount,
    /** The number of accounts with `each`; null where all requests share one. */
    accounts: z.int().nullable(),
    /** Of `spent`: what providers reported beyond what had been reserved. */
    excess: Amount,
    /** `told`: when the webhook took it; null where there is none, or not yet. */
    alerts: z.array(
      z.strictObject({
        share: z.number(),
        at: z.iso.datetime(),
        told: z.iso.datetime().nullable(),
        subject: z.string().optional(),
      }),
    ),
  }),
});
export type AdminBudget = z.infer<typeof AdminBudget>;
export const BudgetList = z.strictObject({ object: z.literal("list"), data: z.array(AdminBudget) });
export const Retired = z.strictObject({ object: z.string(), id: z.string(), deleted: z.literal(true) });

/** The accounts of a budget with `each` in the present window; those that spent most come first. */
export const BudgetAccounts = z.strictObject({
  object: z.literal("list"),
  data: z.array(
    z.strictObject({
      subject: z.string(),
      limit: Amount,
      spent: Amount,
      reserved: Amount,
      left: Amount,
      excess: Amount,
    }),
  ),
  hasMore: z.boolean(),
});
export type BudgetAccounts = z.infer<typeof BudgetAccounts>;
