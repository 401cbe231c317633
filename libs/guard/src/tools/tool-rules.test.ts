import { expect, test } from "vitest";
import { findInForm } from "../form/find-in-form.ts";
import type { RequestForm } from "../form/request-form.ts";
import { compileToolRules, type ToolRules } from "./tool-rules.ts";

const PAY = {
  type: "object",
  required: ["amount"],
  additionalProperties: false,
  properties: { amount: { type: "integer", maximum: 100 }, to: { type: "string", pattern: "^[A-Z]{2}$" } },
};

function rulesOf(lists: Parameters<typeof compileToolRules>[0]): ToolRules {
  const compiled = compileToolRules(lists);
  if (!compiled.ok) throw new Error(compiled.problems.join("; "));
  return compiled.rules;
}

test("a denial outweighs an allowance, and without an allowance everything else may be called", () => {
  const listed = rulesOf({ allow: ["read_*", "search"], deny: ["*_secret"] });
  const names = ["read_file", "search", "read_secret", "write_file", null];
  expect(names.map((name) => listed.allows(name))).toEqual([true, true, false, false, false]);
  expect(names.map((name) => rulesOf({ deny: ["*_secret"] }).allows(name))).toEqual([true, true, false, true, true]);
});

test.each([
  ['{"amount": 7}', null],
  ['{"amount": 7, "to": "DE"}', null],
  ['{"amount": 700}', "tool.arguments"],
  ['{"amount": 7, "note": "x"}', "tool.arguments"],
  ["{}", "tool.arguments"],
  ["", "tool.arguments"],
  ['{"amount": 7', "tool.arguments"],
  [null, "tool.arguments"],
])("a call with %s is judged by the schema of its tool", (text, wrong) => {
  const rules = rulesOf({ schemas: [{ tool: "pay*", schema: JSON.stringify(PAY) }] });
  expect(rules.wrongIn({ name: "pay_out", arguments: text })).toBe(wrong);
  expect(rules.wrongIn({ name: "other", arguments: text })).toBeNull();
});

test("a schema that cannot be used is told with its tool", () => {
  expect(compileToolRules({ schemas: [{ tool: "pay", schema: "{" }] })).toMatchObject({
    ok: false,
    problems: [expect.stringMatching(/^tools\.schemas pay: /)],
  });
});

const FORM: RequestForm = {
  messages: 3,
  tools: ["search", "shell"],
  calls: [
    { name: "shell", arguments: "{}" },
    { name: "pay", arguments: "{}" },
  ],
  attachments: [
    { mime: "image/png", where: "inline", bytes: 2_000 },
    { mime: "application/pdf; v=1", where: "inline", bytes: 10 },
    { mime: "", where: "file", bytes: null },
  ],
};

test("a request within its bounds, and one that is more than it may be", () => {
  const toolRules = rulesOf({ deny: ["shell"], schemas: [{ tool: "pay", schema: JSON.stringify(PAY) }] });
  expect(findInForm(FORM, { form: undefined, toolRules })).toEqual([
    "tool.forbidden",
    "tool.forbidden",
    "tool.arguments",
  ]);
  const form = { messagesMax: 3, toolsMax: 2, attachmentsMax: 3, attachmentMaxBytes: 2_000, attachmentTypes: ["*"] };
  expect(findInForm(FORM, { form, toolRules: null })).toEqual([]);
  const less = { messagesMax: 2, toolsMax: 1, attachmentsMax: 2, attachmentMaxBytes: 1_999 };
  expect(
    findInForm(FORM, {
      form: { ...less, attachmentTypes: ["image/*", "application/pdf"], attachmentsInlineOnly: true },
      toolRules: null,
    }),
  ).toEqual([
    "size.messages",
    "size.tools",
    "attachment.count",
    "attachment.size",
    "attachment.type",
    "attachment.elsewhere",
  ]);
});
