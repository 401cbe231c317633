import type { GuardRule } from "@signalbox/proto";
import { expect, test } from "vitest";
import type { Finding, FindingType } from "../finding.ts";
import { chooseAction } from "./choose-action.ts";
import { findingsNamed } from "./findings-named.ts";
import { summarise } from "./summarise.ts";

const EMAIL: Finding = { type: "pii.email", start: 3, end: 9 };
const KEY: Finding = { type: "secret.github", start: 12, end: 52 };

test("the first rule that matches holds for a finding, and the strictest action for the request", () => {
  const rules: GuardRule[] = [
    { match: "secret.github", action: "observe" },
    { match: "secret.*", action: "block" },
    { match: "pii.*", action: "redact" },
  ];
  expect(chooseAction([], rules)).toEqual({ action: "pass" });
  expect(chooseAction([KEY], rules)).toEqual({ action: "observe" });
  expect(chooseAction([EMAIL, KEY], rules)).toEqual({ action: "redact", findings: [EMAIL] });
  expect(chooseAction([EMAIL, KEY], rules.slice(1))).toEqual({ action: "block", types: ["secret.github"] });
  expect(chooseAction([EMAIL], [])).toEqual({ action: "observe" });
  expect(chooseAction([EMAIL], [{ match: "*", action: "block" }])).toEqual({ action: "block", types: ["pii.email"] });
});

function action(type: FindingType, rules: GuardRule[] = []): string {
  return chooseAction([{ type, start: 0, end: 0 }], rules).action;
}

test("what is unwanted by itself is blocked unless a rule says otherwise, and what has no place cannot be taken out", () => {
  const unwanted: FindingType[] = ["tool.forbidden", "attachment.type", "size.messages", "remote.unavailable"];
  expect(unwanted.map((type) => action(type))).toEqual(unwanted.map(() => "block"));
  const others: FindingType[] = ["remote.skipped", "content.hate", "presidio.person", "webhook.mood"];
  expect(others.map((type) => action(type))).toEqual(others.map(() => "observe"));
  expect(action("tool.forbidden", [{ match: "tool.*", action: "observe" }])).toBe("observe");
  expect(action("content.hate", [{ match: "*", action: "redact" }])).toBe("block");
  expect(action("presidio.person", [{ match: "*", action: "redact" }])).toBe("redact");
});

test("a policy names findings by kind, by type, or by both", () => {
  const found = [EMAIL, KEY];
  expect(findingsNamed(found, ["email"])).toEqual([EMAIL]);
  expect(findingsNamed(found, ["pii-email", "phone"])).toEqual([EMAIL]);
  expect(findingsNamed(found, ["secret"])).toEqual([KEY]);
  expect(findingsNamed(found, ["list-names"])).toEqual([]);
});

test("B15 a summary holds types, counts and places, and nothing of the text", () => {
  const many = Array.from({ length: 20 }, (_, at) => ({ ...EMAIL, field: at }));
  expect(summarise([{ ...KEY, field: 4 }, ...many])).toEqual([
    { type: "pii.email", count: 20, places: Array.from({ length: 8 }, (_, at) => [at, 3, 9]) },
    { type: "secret.github", count: 1, places: [[4, 12, 52]] },
  ]);
});
