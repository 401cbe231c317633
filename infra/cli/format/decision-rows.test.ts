import { expect, test } from "vitest";
import { routedRecord } from "../__fixtures__/decision-record.ts";
import { formatDecisionRows } from "./decision-rows.ts";
import { formatEntry } from "./entry-line.ts";

test("a decision is one line with its exact cost", () => {
  const [, line] = formatDecisionRows([routedRecord()]).split("\n");
  expect(line?.split(/ {2,}/)).toEqual([
    "2026-11-21 10:00:00.123",
    "0199f0a2-5f20-7aaa-8bbb-0d8f1b2c3d4e",
    "auto",
    "beta/large",
    "cheapest-good-enough",
    "$0.0015",
    "completed",
    "1200+300",
    "901.0",
  ]);
});

test("what is not known yet is a dash and not a zero", () => {
  const [, line] = formatDecisionRows([{ ...routedRecord(), outcome: null }]).split("\n");
  expect(line?.split(/ {2,}/).slice(3)).toEqual(["alpha/small", "cheapest-good-enough", "—", "open", "—", "—"]);
});

test("entries of the register are a line each, whatever their type", () => {
  const { decision, outcome } = routedRecord();
  const entry = (index: number, type: string, event: object): string =>
    formatEntry({ index, type, requestId: decision.requestId, event });
  expect(entry(41, "decision", decision)).toBe(
    "     41  2026-11-21 10:00:00.123  decision    0199f0a2-5f20-7aaa-8bbb-0d8f1b2c3d4e  auto → alpha/small (cheapest-good-enough)",
  );
  expect(entry(42, "outcome", outcome)).toBe(
    "     42  2026-11-21 10:00:01.023  outcome     0199f0a2-5f20-7aaa-8bbb-0d8f1b2c3d4e  completed · beta/large · 1200+300 tokens · $0.0015 · 901.0 ms",
  );
  expect(entry(43, "rumour", { atMs: decision.atMs })).toBe(
    `     43  2026-11-21 10:00:00.123  rumour      ${decision.requestId}`,
  );
});
