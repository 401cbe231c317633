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
  /** The digest of the operator's file, and who started the line with it, for the register; null: not recorded. */
  configMark: z
    .strictObject({ digest: Digest, by: z.string().min(1).max(128) })
    .nullable()
    .default(null),
  /** How often the catalogue's file is checked for changes, and the policy in force in case a notice of a new one is lost. */
  policyPollMs: z.int().min(50).max(60_000).default(2_000),
  budgets: BudgetsConfig.prefault({}),
  /** Requests in work at once; beyond them the answer is 503. */
  inFlightMax: z.int().min(1).max(100_000).default(4_096),
  /**
   * How often a new health document may be put in force; where only figures have changed, thirty times as seldom. Replicas
   * agree on health within about this time.
   */
  healthEveryMs: z.int().min(10).max(60_000).default(1_000),
});
export type Config = z.infer<typeof Config>;
