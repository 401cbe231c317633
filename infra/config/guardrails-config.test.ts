import { compileGuardrails, DEFAULT_GUARD } from "@signalbox/guard";
import { GuardDocument } from "@signalbox/proto";
import { expect, test } from "vitest";
import { checkGuardrails } from "./check-guardrails.ts";
import { ConfigError } from "./config-error.ts";
import { guardDocumentOf } from "./guardrails-config.ts";
import { parseSignalboxConfig } from "./read-signalbox-config.ts";

test("the defaults make a document that can be used, and are off", () => {
  const { guardrails } = parseSignalboxConfig("", "x");
  expect(guardrails.enabled).toBe(false);
  const document = GuardDocument.parse(guardDocumentOf(guardrails));
  expect(compileGuardrails(document).ok).toBe(true);
});

test("the same config makes a document of the same digest, in whichever order it is written", () => {
  const one = parseSignalboxConfig("guardrails: {request: {beyond: observe}, detect: {secrets: true, pii: [ip]}}", "x");
  const other = parseSignalboxConfig("guardrails: {detect: {pii: [ip]}, request: {beyond: observe}}", "x");
  const digests = [one, other].map(({ guardrails }) => {
    const compiled = compileGuardrails(guardDocumentOf(guardrails));
    return compiled.ok ? compiled.guardrails.digest : null;
  });
  expect(digests[0]).toBe(digests[1]);
});

test.each([
  ["request: {rules: [{match: email, action: block}]}", /rules\.0\.match: a type like pii\.email/],
  ["request: {rules: [{match: pii.email, action: drop}]}", /observe.*redact.*block/],
])("%s is refused with its line and what is wrong", (line, problem) => {
  const parse = (): unknown => parseSignalboxConfig(`guardrails:\n  ${line}\n`, "x");
  expect(parse).toThrow(ConfigError);
  expect(parse).toThrow(problem);
});

test("an expression that is none is refused before the line starts, when the guardrails are on", async () => {
  const detect = "{patterns: [{name: a, expression: '(?<=x)y', maxChars: 9}]}";
  const parse = (enabled: boolean) => parseSignalboxConfig(`guardrails: {enabled: ${enabled}, detect: ${detect}}`, "x");
  await expect(checkGuardrails(parse(true).guardrails)).rejects.toThrow(/guardrails\.detect: pattern a: /);
  await checkGuardrails(parse(false).guardrails);
});

test("what is looked for by default is what the library does", () => {
  expect(parseSignalboxConfig("", "x").guardrails.detect).toEqual(DEFAULT_GUARD);
});
