import { z } from "zod";
import { UNITS_MS } from "../option-values.ts";
import { formatPicoUsd } from "./money.ts";
import { formatTable } from "./table.ts";

/** A budget or a limit, as the API tells of it. */
export const Budget = z.looseObject({
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
export type Budget = z.infer<typeof Budget>;

export const BudgetList = z.looseObject({ data: z.array(Budget) });
/** Of a budget of which everybody has one: who has spent how much. */
export const BudgetAccounts = z.looseObject({
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

export function formatBudgets(budgets: readonly Budget[]): string {
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
        typeof window === "string" ? window : formatWindow(window.seconds),
        amount(current.limit),
        amount(current.spent),
        amount(current.reserved),
        amount(current.left),
      ];
    }),
  );
}

export function formatAccounts(accounts: z.infer<typeof BudgetAccounts>["data"], unit: string): string {
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

/** As `--window` takes it: in the largest unit that it is a whole number of. */
function formatWindow(seconds: number): string {
  const ms = seconds * 1_000;
  const [unit, unitMs] = Object.entries(UNITS_MS).findLast(([, of]) => ms % of === 0) ?? ["s", UNITS_MS.s];
  return `${ms / unitMs}${unit}`;
}
