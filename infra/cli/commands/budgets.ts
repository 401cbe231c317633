import { Option, type Command } from "commander";
import { z } from "zod";
import { does, type Cli } from "../command-context.ts";
import { EXIT, failure } from "../failure.ts";
import { formatPicoUsd } from "../format/money.ts";
import { formatTable } from "../format/table.ts";
import { dollars } from "../money-option.ts";
import { budgetWindow, listed, wholeNumber, type WindowWish } from "../option-values.ts";

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

/** The words of a scope, by the options that give them: `--key` is the one that the command itself speaks with. */
const SCOPES = {
  tenant: "tenant",
  key: "keyId",
  team: "team",
  project: "project",
  user: "user",
  endUser: "endUser",
  tag: "tag",
  model: "model",
  provider: "provider",
} as const;
const EACH = ["key", "team", "project", "user", "end-user"] as const;

type LimitOptions = { usd?: number; tokens?: number; requests?: number; concurrency?: number };
type Settings = LimitOptions & { window?: WindowWish; timeZone?: string; atLimit?: string; alertAt?: string[] };
type Options = Settings & { each?: string; name: string } & Record<string, unknown>;

export function addBudgets(program: Command, cli: Cli): void {
  const budgets = program.command("budgets").description("What may be spent, by whom and on what. Needs an admin key.");
  addList(budgets, cli);
  addAccounts(budgets, cli);
  addCreate(budgets, cli);
  addChange(budgets, cli);
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

function addCreate(budgets: Command, cli: Cli): void {
  const create = budgets
    .command("create")
    .description("Makes a budget or a limit. Every request that all of its scope holds for is charged to it.")
    .requiredOption("--name <name>", "lower-case letters, digits and hyphens; unique within its tenant");
  addSettings(create).addOption(
    new Option("--each <of>", "each of these has an account of its own, with the whole limit").choices(EACH),
  );
  for (const option of Object.values(SCOPES)) {
    const word = option.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`);
    const what = option === "keyId" ? "key, by the id that `keys list` shows" : word.replace("-", " ");
    create.option(`--${word} <${option === "keyId" ? "id" : "name"}>`, `only requests of this ${what}`);
  }
  create.addHelpText(
    "after",
    "\nExamples:\n  npm run -s signalbox -- budgets create --name team-red --team red --usd 500 --window month\n" +
      "  npm run -s signalbox -- budgets create --name slow-down --tenant alice --requests 600 --window minute\n" +
      "  npm run -s signalbox -- budgets create --name end-users --tenant alice --each end-user --usd 1 --window 7d",
  );
  does<Options>(create, cli, async ({ connect, options, print }) => {
    const { name, each } = options;
    const scope = Object.fromEntries(
      Object.entries(SCOPES).flatMap(([word, option]) =>
        options[option] === undefined ? [] : [[word, options[option]]],
      ),
    );
    const body = { name, scope, each, limit: limitOf(options), ...settingsOf(options) };
    const made = await connect().api.call(Budget, { method: "POST", path: "/admin/v1/budgets", body });
    print(made, () => formatBudgets([made]));
    return EXIT.ok;
  });
}

function addChange(budgets: Command, cli: Cli): void {
  const change = budgets
    .command("change")
    .argument("<name>", "as `budgets list` shows it; a tenant's by its name alone where no other has it")
    .description("Changes what is given of a budget or a limit; it holds within a second.");
  addSettings(change).addHelpText(
    "after",
    "\nExamples:\n  npm run -s signalbox -- budgets change team-red --usd 750 --alert-at 50,80,100",
  );
  does<Settings>(change, cli, async ({ connect, options, print }, name = "") => {
    const settings = settingsOf(options);
    const limit = isLimited(options) ? limitOf(options) : undefined;
    if (limit === undefined && Object.values(settings).every((value) => value === undefined)) {
      throw failure("invalid-request", "Nothing to change is given.", "See `budgets change --help`.");
    }
    const path = `/admin/v1/budgets/${encodeURIComponent(name)}`;
    const changed = await connect().api.call(Budget, { method: "PATCH", path, body: { limit, ...settings } });
    print(changed, () => formatBudgets([changed]));
    return EXIT.ok;
  });
}

/** What can be said of a budget when it is made and later. */
function addSettings(command: Command): Command {
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

function settingsOf({ window, timeZone, atLimit, alertAt }: Settings) {
  return { window, timeZone, atLimit, alertAt: alertAt?.map((text) => percent(text) / 100) };
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
  throw failure("invalid-request", `${text} is not a percentage from 1 to 100.`, "Write them like 50,80,100.");
}

function isLimited({ usd, tokens, requests, concurrency }: LimitOptions): boolean {
  return [usd, tokens, requests, concurrency].some((value) => value !== undefined);
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
