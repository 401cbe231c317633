import { Option, type Command } from "commander";
import { z } from "zod";
import { does, type Cli } from "../command-context.ts";
import { EXIT, failure } from "../failure.ts";
import { Budget, BudgetAccounts, BudgetList, formatAccounts, formatBudgets } from "../format/budget-tables.ts";
import { addBudgetSettings, isLimited, limitOf, settingsOf, type BudgetSettings } from "./budget-settings.ts";

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
const NAMED = "as `budgets list` shows it; a tenant's by its name alone where no other has it";

type Options = BudgetSettings & { each?: string; name: string } & Record<string, unknown>;

export function addBudgets(program: Command, cli: Cli): void {
  const budgets = program
    .command("budgets")
    .description(
      "What may be spent, by whom and on what. Needs the right `read-settings`; changes need `manage-budgets`.",
    );
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
    .argument("<name>", NAMED)
    .description("Who has spent how much of a budget of which everybody has one, in the window that holds now.")
    .addHelpText("after", "\nExamples:\n  npm run -s signalbox -- budgets accounts end-users");
  does(accounts, cli, async ({ connect, print }, name = "") => {
    const path = pathOf(name);
    const { api } = connect();
    const { current } = await api.call(Budget, { path });
    const answer = await api.call(BudgetAccounts, { path: `${path}/accounts` });
    print(answer, () => formatAccounts(answer.data, current.unit));
    return EXIT.ok;
  });
}

function addCreate(budgets: Command, cli: Cli): void {
  const create = budgets
    .command("create")
    .description("Makes a budget or a limit. Every request that all of its scope holds for is charged to it.")
    .requiredOption("--name <name>", "lower-case letters, digits and hyphens; unique within its tenant");
  addBudgetSettings(create).addOption(
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
    .argument("<name>", NAMED)
    .description("Changes what is given of a budget or a limit; it holds within a second.");
  addBudgetSettings(change).addHelpText(
    "after",
    "\nExamples:\n  npm run -s signalbox -- budgets change team-red --usd 750 --alert-at 50,80,100",
  );
  does<BudgetSettings>(change, cli, async ({ connect, options, print }, name = "") => {
    const settings = settingsOf(options);
    const limit = isLimited(options) ? limitOf(options) : undefined;
    if (limit === undefined && Object.values(settings).every((value) => value === undefined)) {
      throw failure("invalid-request", "Nothing to change is given.", "See `budgets change --help`.");
    }
    const path = pathOf(name);
    const changed = await connect().api.call(Budget, { method: "PATCH", path, body: { limit, ...settings } });
    print(changed, () => formatBudgets([changed]));
    return EXIT.ok;
  });
}

function addDelete(budgets: Command, cli: Cli): void {
  const remove = budgets
    .command("delete")
    .argument("<name>", NAMED)
    .description("Charges it no more; what was booked of it stays.")
    .addHelpText("after", "\nExamples:\n  npm run -s signalbox -- budgets delete team-red");
  does(remove, cli, async ({ connect, print }, name = "") => {
    const path = pathOf(name);
    const deleted = await connect().api.call(Deleted, { method: "DELETE", path });
    print(deleted, () => `deleted ${deleted.id}`);
    return EXIT.ok;
  });
}

function pathOf(name: string): string {
  return `/admin/v1/budgets/${encodeURIComponent(name)}`;
}
