import { expect, test } from "vitest";
import { formatBudgets } from "./budget-tables.ts";

test("a window that rolls is shown as it was asked for", () => {
  const current = { unit: "tokens", limit: "9", spent: "0", reserved: "0", left: "9" };
  const windows = ["month", { seconds: 604_800 }, { seconds: 7_200 }, { seconds: 90 }];
  const table = formatBudgets(windows.map((window) => ({ id: "b", scope: {}, each: null, window, current })));
  const shown = table.split("\n").map((line) => line.split(/ {2,}/)[2]);
  expect(shown).toEqual(["WINDOW", "month", "7d", "2h", "90s"]);
});
