import { OPERATIONS } from "@signalbox/proto";
import { Option, type Command } from "commander";
import { dollars } from "../money-option.ts";
import { listed, oneOf, timeToCome, wholeNumber } from "../option-values.ts";

/** What a key may be bound to, as options give it. */
export type KeyOptions = {
  team?: string;
  project?: string;
  user?: string;
  serviceAccount?: string;
  models?: string[];
  routes?: string[];
  endpoints?: string[];
  regions?: string[];
  operations?: string[];
  networks?: string[];
  budget?: number;
  window: string;
  rpm?: number;
  tpm?: number;
  concurrency?: number;
  expires?: string;
};

/** Options for all that can be said of a key when it is made and later. */
export function addKeySettings(command: Command): Command {
  return command
    .option("--team <team>", "which team's it is, for budgets, rules and costs")
    .option("--project <project>", "which project's")
    .option("--user <user>", "which user's")
    .option("--service-account <account>", "which service account's, where no user's")
    .option("--models <patterns>", "what it may use: `openai/*`, model names or families, with commas", listed)
    .option("--routes <groups>", "only what stands in these groups of the policy", listed)
    .option("--endpoints <patterns>", "only these, as `models` lists them", listed)
    .option("--regions <patterns>", "only endpoints there", listed)
    .option("--operations <words>", `only these: ${OPERATIONS.join(", ")}`, oneOf(OPERATIONS))
    .option("--networks <networks>", "only from there: addresses, and networks like 192.0.2.0/24", listed)
    .option("--budget <usd>", "what it may spend in each window", dollars)
    .addOption(
      new Option("--window <window>", "of its budget").choices(["day", "week", "month", "total"]).default("month"),
    )
    .option("--rpm <count>", "requests a minute", wholeNumber(0))
    .option("--tpm <count>", "tokens a minute", wholeNumber(0))
    .option("--concurrency <count>", "requests at once", wholeNumber(0))
    .option("--expires <when>", "when it ends: a duration like 12h or 30d, or an ISO time", timeToCome);
}

/** The same in the admin API's words; what is not given is left out. */
export function keySettingsOf(options: KeyOptions) {
  const { team, project, user, serviceAccount, models, routes, endpoints, regions, operations, networks } = options;
  const bounds = { team, project, user, serviceAccount, models, routes, endpoints, regions, operations, networks };
  const { budget, window, rpm, tpm, concurrency, expires } = options;
  const limits = { rpm, tpm, concurrency };
  return {
    ...bounds,
    budget: budget === undefined ? undefined : { usd: budget, window },
    limits: Object.values(limits).every((limit) => limit === undefined) ? undefined : limits,
    expiresAt: expires,
  };
}
