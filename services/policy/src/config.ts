import { postgresFields, serviceFields, signingFields } from "@signalbox/kit";
import { Digest } from "@signalbox/proto";
import { z } from "zod";
import { BudgetsConfig } from "./budgets/config.ts";

export const Config = z.strictObject({
  ...serviceFields,
  ...signingFields,
  ...postgresFields,
  /** The catalogue document (JSON): the endpoints that decisions choose among. Read again when it changes. */
  cataloguePath: z.string().default("./.signalbox/catalogue.json"),
  /** A file (JSON or YAML) with fields of the policy document; what it does not name keeps its default. null: all do. */
  policyPath: z.string().nullable().default(null),
  /** The guardrails document (JSON), if there is one: kept for those who read records that name it. */
  guardPath: z.string().nullable().default(null),
  /** What the operator's file says, by its digest, and who started the line with it. null: the register hears nothing of it. */
  configMark: z
    .strictObject({ digest: Digest, by: z.string().min(1).max(128) })
    .nullable()
    .default(null),
  /** How often the policy in force is looked for, should the word of a new one be lost, and a change of the catalogue. */
  policyPollMs: z.int().min(50).max(60_000).default(2_000),
  budgets: BudgetsConfig.prefault({}),
  /** Requests in work at once; beyond them the answer is 503. */
  inFlightMax: z.int().min(1).max(100_000).default(4_096),
  /**
   * What outcomes teach of endpoints is put in force at most so often, and mere figures once in thirty times as long; it is
   * also how soon replicas agree.
   */
  healthEveryMs: z.int().min(10).max(60_000).default(1_000),
});
export type Config = z.infer<typeof Config>;
