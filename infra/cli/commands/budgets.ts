import { Option, type Command } from "commander";
import { z } from "zod";
import { does, type Cli } from "../command-context.ts";
import { EXIT, failure } from "../failure.ts";
import { formatPicoUsd } from "../format/money.ts";
import { formatTable } from "../format/table.ts";
import { listed, wholeNumber } from "../option-values.ts";
import { dollars } from "../money-option.ts";

const Budget = z.looseObject({
  id: z.string(),
  scope: z.record(z.string(), z.string()),
  each: z.string().nullable(),
  window: z.union([z.string(), z.looseObject({ seconds: z.number() })]),
  current: z.looseObject({
    unit: z.string(),
    limit: z.string(),
    spent: z.string(),
    reserved: z.string(),
    left: z.string(),
  }),
});
type Budget = z.infer<typeof Budget>;

const BudgetList = z.looseObject({ data: z.array(Budget) });
const Accounts = z.looseObject({
  data: z.array(
    z.looseObject({
      subject: z.string(),
      limit: z.string(),
      spent: z.string(),
      reserved: z.string(),
      left: z.string(),
    }),
  ),
});
const Deleted = z.looseObject({ id: z.string(), deleted: z.literal(true) });

const SCOPES = ["tenant", "key", "team", "project", "user", "endUser", "tag", "model", "provider"] as const;
const EACH = ["key", "team", "project", "user", "end-user"] as const;

type LimitOptions = { usd?: number; tokens?: number; requests?: number; concurrency?: number };
type Options = LimitOptions & {
  window?: string;
  timeZone?: string;
  each?: string;
  atLimit?: string;
  alertAt?: string[];
  name: string;
} & Record<string, unknown>;

export function addBudgets(program: Command, cli: Cli): void {
  const budgets = program.command("budgets").description("What may be spent, by whom and on what. Needs an admin key.");
  addList(budgets, cli);
  addAccounts(budgets, cli);
  addSet(budgets, cli);
  addDelete(budgets, cli);
}

function addList(budgets: Command, cli: Cli): void {
  const list = budgets
    .command("list")
    .description("All budgets and limits, with what of the window that holds now is spent.")
    .addHelpText("after", "\nExamples:\n  npm run -s signalbox -- budgets list --json");
  does(list, cli, async ({ connect, print }) => {
    const answer = await connect().api.call(BudgetList, { path: "/admin/v1/budgets" });
    print(answer, () => formatBudgets(answer.data));
    return EXIT.ok;
  });
}

function addAccounts(budgets: Command, cli: Cli): void {
  const accounts = budgets
    .command("accounts")
    .argument("<name>", "as `budgets list` shows it; a tenant's by its name alone where no other has it")
    .description("Who has spent how much of a budget of which everybody has one, in the window that holds now.")
    .addHelpText("after", "\nExamples:\n  npm run -s signalbox -- budgets accounts end-users");
  does(accounts, cli, async ({ connect, print }, name = "") => {
    const path = `/admin/v1/budgets/${encodeURIComponent(name)}`;
    const { api } = connect();
    const { current } = await api.call(Budget, { path });
    const answer = await api.call(Accounts, { path: `${path}/accounts` });
    print(answer, () => formatAccounts(answer.data, current.unit));
    return EXIT.ok;
  });
}

function addSet(budgets: Command, cli: Cli): void {
  const create = budgets
    .command("create")
    .description("Makes a budget or a limit. Every request that all of its scope holds for is charged to it.")
    .requiredOption("--name <name>", "lower-case letters, digits and hyphens; unique within its tenant")
    .option("--usd <amount>", "at most so many dollars", dollars)
    .option("--tokens <count>", "at most so many tokens", wholeNumber(0))
    .option("--requests <count>", "at most so many requests", wholeNumber(0))
    .option("--concurrency <count>", "at most so many requests at once", wholeNumber(0))
    .option("--window <word>", "day, week, month, total, or minute for a limit on how much at a time")
    .option("--time-zone <name>", "in which days begin (default: UTC)");
  create
    .addOption(new Option("--each <of>", "each of these has an account of its own, with the whole limit").choices(EACH))
    .addOption(
      new Option("--at-limit <what>", "block refuses; pass lets through, for policies to deal with").choices([
        "block",
        "pass",
      ]),
    )
    .option("--alert-at <percents>", "when an alert is given, with commas: 50,80,100 (default: 80)", listed);
  for (const scope of SCOPES) {
    const word = scope.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`);
    create.option(`--${word} <name>`, `only requests of this ${word.replace("-", " ")}`);
  }
  create.addHelpText(
    "after",
    "\nExamples:\n  npm run -s signalbox -- budgets create --name team-red --team red --usd 500 --window month\n" +
      "  npm run -s signalbox -- budgets create --name slow-down --tenant alice --requests 600 --window minute\n" +
      "  npm run -s signalbox -- budgets create --name end-users --tenant alice --each end-user --usd 1 --window day",
  );
  does<Options>(create, cli, async ({ connect, options, print }) => {
    const { name, window, timeZone, each, atLimit } = options;
    const alertAt = options.alertAt?.map((text) => percent(text) / 100);
    const scope = Object.fromEntries(
      SCOPES.flatMap((word) => (options[word] === undefined ? [] : [[word, options[word]]])),
    );
    const body = { name, scope, each, limit: limitOf(options), window, timeZone, atLimit, alertAt };
    const made = await connect().api.call(Budget, { method: "POST", path: "/admin/v1/budgets", body });
    print(made, () => formatBudgets([made]));
    return EXIT.ok;
  });
}

function addDelete(budgets: Command, cli: Cli): void {
  const remove = budgets
    .command("delete")
    .argument("<name>", "as `budgets list` shows it; a tenant's by its name alone where no other has it")
    .description("Charges it no more; what was booked of it stays.")
    .addHelpText("after", "\nExamples:\n  npm run -s signalbox -- budgets delete team-red");
  does(remove, cli, async ({ connect, print }, name = "") => {
    const path = `/admin/v1/budgets/${encodeURIComponent(name)}`;
    const deleted = await connect().api.call(Deleted, { method: "DELETE", path });
    print(deleted, () => `deleted ${deleted.id}`);
    return EXIT.ok;
  });
}

function percent(text: string): number {
  const value = Number(text);
  if (value >= 1 && value <= 100) return value;
  throw failure("invalid-request", `${text} is not a percentage from 1 to 100.`, "See `budgets create --help`.");
}

function limitOf({ usd, tokens, requests, concurrency }: LimitOptions): object {
  const given = Object.entries({ usd, tokens, requests, concurrency }).filter(([, value]) => value !== undefined);
  if (given.length === 1) return Object.fromEntries(given);
  throw failure(
    "invalid-request",
    "Give one of --usd, --tokens, --requests and --concurrency.",
    "See `budgets create --help`.",
  );
}

function formatBudgets(budgets: readonly Budget[]): string {
  return formatTable(
    [
      { title: "NAME" },
      { title: "SCOPE" },
      { title: "WINDOW" },
      { title: "LIMIT", align: "right" },
      { title: "SPENT", align: "right" },
      { title: "RESERVED", align: "right" },
      { title: "LEFT", align: "right" },
    ],
    budgets.map(({ id, scope, each, window, current }) => {
      const amount = (text: string): string => formatAmount(text, current.unit);
      return [
        id,
        Object.entries(scope)
          .map(([word, value]) => `${word}=${value}`)
          .concat(each === null ? [] : [`each ${each}`])
          .join(" ") || "all",
        typeof window === "string" ? window : `${window.seconds} s`,
        amount(current.limit),
        amount(current.spent),
        amount(current.reserved),
        amount(current.left),
      ];
    }),
  );
}

function formatAccounts(accounts: z.infer<typeof Accounts>["data"], unit: string): string {
  return formatTable(
    [
      { title: "SUBJECT" },
      { title: "LIMIT", align: "right" },
      { title: "SPENT", align: "right" },
      { title: "RESERVED", align: "right" },
      { title: "LEFT", align: "right" },
    ],
    accounts.map(({ subject, limit, spent, reserved, left }) => [
      subject,
      ...[limit, spent, reserved, left].map((amount) => formatAmount(amount, unit)),
    ]),
  );
}

function formatAmount(text: string, unit: string): string {
  if (unit !== "pico-usd") return text;
  return text.startsWith("-") ? `-${formatPicoUsd(text.slice(1))}` : formatPicoUsd(text);
}
