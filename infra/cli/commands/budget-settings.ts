import { Option, type Command } from "commander";
import { failure } from "../failure.ts";
import { dollars } from "../money-option.ts";
import { budgetWindow, listed, wholeNumber, type BudgetWindow } from "../option-values.ts";

type LimitOptions = { usd?: number; tokens?: number; requests?: number; concurrency?: number };
/** What can be said of a budget when it is made and later, as options give it. */
export type BudgetSettings = LimitOptions & {
  window?: BudgetWindow;
  timeZone?: string;
  atLimit?: string;
  alertAt?: string[];
};

export function addBudgetSettings(command: Command): Command {
  return command
    .option("--usd <amount>", "at most so many dollars", dollars)
    .option("--tokens <count>", "at most so many tokens", wholeNumber(0))
    .option("--requests <count>", "at most so many requests", wholeNumber(0))
    .option("--concurrency <count>", "at most so many requests at once", wholeNumber(0))
    .option(
      "--window <window>",
      "day, week, month, total, a duration like 7d for one that rolls, or minute for a limit on how much at a time",
      budgetWindow,
    )
    .option("--time-zone <name>", "in which days begin (default: UTC)")
    .addOption(
      new Option("--at-limit <what>", "block refuses; pass lets through, for policies to deal with").choices([
        "block",
        "pass",
      ]),
    )
    .option("--alert-at <percents>", "when an alert is given, with commas: 50,80,100 (default: 80)", listed);
}

/** As the API takes them, all but the limit; what was not given is undefined. */
export function settingsOf({ window, timeZone, atLimit, alertAt }: BudgetSettings) {
  return { window, timeZone, atLimit, alertAt: alertAt?.map((text) => percent(text) / 100) };
}

export function isLimited({ usd, tokens, requests, concurrency }: LimitOptions): boolean {
  return [usd, tokens, requests, concurrency].some((value) => value !== undefined);
}

/** The one limit that was given. Throws `invalid-request` for none or several. */
export function limitOf({ usd, tokens, requests, concurrency }: LimitOptions): object {
  const given = Object.entries({ usd, tokens, requests, concurrency }).filter(([, value]) => value !== undefined);
  if (given.length === 1) return Object.fromEntries(given);
  throw failure(
    "invalid-request",
    "Give one of --usd, --tokens, --requests and --concurrency.",
    "See `budgets create --help`.",
  );
}

function percent(text: string): number {
  const value = Number(text);
  if (value >= 1 && value <= 100) return value;
  throw failure("invalid-request", `${text} is not a percentage from 1 to 100.`, "Write them like 50,80,100.");
}
