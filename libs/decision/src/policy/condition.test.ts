import { expect, test } from "vitest";
import { decisionInput } from "../__fixtures__/documents.ts";
import { compileCondition, findProblem } from "./condition.ts";
import { bindVariables } from "./variables.ts";

function holds(expression: string, minuteOfDay = 600): boolean {
  const input = decisionInput({ facts: { model: "gpt-5" }, classification: { difficulty: 700_000 } });
  const variables = bindVariables({ ...input, context: { utcOffsetMinutes: 0, tags: ["beta"], team: "red" } });
  const signals = { tier: "gold" };
  return compileCondition(expression)({ variables, signals, minuteOfDay, healthy: (selector) => selector === "a/*" });
}

test.each([
  'model == "gpt-5" && inputTokens >= 1000',
  'task in ["code", "math"]',
  "difficulty > 0.65 && difficulty < 0.75",
  '"beta" in tags && !("prod" in tags)',
  'tags.exists(tag, tag.startsWith("be"))',
  'model.like("gpt-*")',
  'signal("tier") == "gold" && signal("none") == ""',
  'healthy("a/*") && !healthy("b/*")',
  'contentSignals.exists(name, name == "code-fence")',
  'team == "red" && project == ""',
  'between("09:00", "17:30") && !between("10:01", "17:30")',
])("%s holds", (expression) => {
  expect(findProblem(expression)).toBeNull();
  expect(holds(expression)).toBe(true);
});

test.each([
  [1_410, true],
  [30, true],
  [360, false],
  [1_319, false],
])("a span over midnight at minute %i: %s", (minuteOfDay, expected) => {
  expect(holds('between("22:00", "06:00")', minuteOfDay)).toBe(expected);
});

test.each([
  ["modl == 'x'", 0, "Did you mean 'model'?"],
  ["model == 3", 0, "string == int"],
  ["model", 0, "must give bool"],
  ["true &&", 7, "Unexpected token"],
  ["model.matches('(a+)+$')", 0, "there is no function 'matches'"],
  ["timestamp(date) > timestamp(date)", 0, "there is no function 'timestamp'"],
  ["tags.exists(t, t.matches('x'))", 15, "there is no function 'matches'"],
  ["between('9', '10:00')", 8, "09:30"],
])("%s is refused, and says why", (expression, at, message) => {
  const problem = findProblem(expression);
  expect(problem?.message).toContain(message);
  expect(problem?.at).toBe(at);
});

test("an expression is bounded", () => {
  expect(findProblem(Array.from({ length: 1_000 }, () => "true").join(" && "))?.message).toMatch(/exceeded|limit/i);
});
