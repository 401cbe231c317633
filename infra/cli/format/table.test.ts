import { expect, test } from "vitest";
import { formatTable } from "./table.ts";

test("columns are as wide as their widest cell, and numbers stand to the right", () => {
  const table = formatTable(
    [{ title: "model" }, { title: "tokens", align: "right" }, { title: "result" }],
    [
      ["openai/gpt-5", "12", "completed"],
      ["a", "1200000", "failed"],
    ],
  );
  expect(table).toBe(
    ["model          tokens  result", "openai/gpt-5       12  completed", "a             1200000  failed"].join("\n"),
  );
});

test("no line ends in spaces", () => {
  const table = formatTable([{ title: "a" }, { title: "b" }], [["x", ""]]);
  expect(table.split("\n").filter((line) => line.endsWith(" "))).toEqual([]);
});

test("a table without rows is its head", () => {
  expect(formatTable([{ title: "a" }, { title: "b" }], [])).toBe("a  b");
});

test("a cell cannot move the cursor, colour the screen or start a line", () => {
  expect(formatTable([{ title: "a" }], [["\u001b[31mred\u001b[0m\nnext\u0007"]])).toBe("a\nred·next·");
});
