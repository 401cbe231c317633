import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { expect, test } from "vitest";
import { CLASSIFIER_DOCUMENT } from "./classifier-document.ts";
import { countTextTokens } from "./count-tokens.ts";

const BUDGET = CLASSIFIER_DOCUMENT.tokens;
const PROSE =
  "The quick brown fox jumps over the lazy dog, and 42 other animals watched; it's a strange evening in Zürich.\n";

test("a text within the budget is counted as the tokenizer counts it", () => {
  const texts = [
    "",
    "Hello, world!",
    PROSE.repeat(9),
    "function add(a: number, b: number) {\n    // sums\n    return a + b;\n}\n\n\tconst x = [1, 22, 333];\r\n",
    "  two  spaces\n\n\nthree breaks \n and\ttabs\t\t.",
    "Übung macht den Meister: naïve façade, 1234567 Äpfel.",
  ];
  for (const text of texts) expect(countTextTokens([text], BUDGET)).toBe(countTokens(text));
});

test("what looks like a special token is counted as the text that it is", () => {
  expect(countTextTokens(["say <|endoftext|> to me"], BUDGET)).toBeGreaterThan(5);
});

test("a text beyond the budget is estimated within a twentieth", () => {
  const text = PROSE.repeat(500);
  const exact = countTokens(text);
  expect(Math.abs(countTextTokens([text], BUDGET) - exact) / exact).toBeLessThan(0.05);
});

test("several texts are sampled in proportion to their lengths", () => {
  const chinese = "机器学习是人工智能的一个分支，它使计算机能够从数据中学习并做出预测。".repeat(300);
  const texts = [PROSE.repeat(200), chinese];
  const exact = countTokens(texts[0]!) + countTokens(chinese);
  expect(Math.abs(countTextTokens(texts, BUDGET) - exact) / exact).toBeLessThan(0.12);
});

test("64 KiB without a space, of one letter, of emoji or of blanks are counted in milliseconds", () => {
  for (const text of [
    "a".repeat(65_536),
    "😀".repeat(32_768),
    " ".repeat(65_536),
    "\n".repeat(65_536),
    "漢".repeat(65_536),
  ]) {
    const startedMs = performance.now();
    expect(countTextTokens([text], BUDGET)).toBeGreaterThan(500);
    // The tokenizer alone takes seconds for these; the bound leaves room for a busy machine.
    expect(performance.now() - startedMs).toBeLessThan(500);
  }
});

test("a lone surrogate and a cut emoji do not stop the counting", () => {
  expect(countTextTokens([`\ud83d${"😀".repeat(40)}\ude00 x \udc00`], BUDGET)).toBeGreaterThan(20);
});
