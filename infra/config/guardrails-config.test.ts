import { compileGuardrails } from "@signalbox/guard";
import { GuardDocument } from "@signalbox/proto";
import { expect, test } from "vitest";
import { checkGuardrails } from "./check-guardrails.ts";
import { ConfigError } from "./config-error.ts";
import { guardDocumentOf } from "./guard-document.ts";
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

test.each([
  ["pii.emial", "there is no type 'pii.emial'; did you mean 'email'?"],
  ["pi.email", "there is no kind 'pi'; did you mean 'pii'?"],
  ["secrets.*", "there is no kind 'secrets'; did you mean 'secret'?"],
  ["list.names", "there is no type 'list.names'; no list is declared in detect.lists"],
  ["pattern.tickets", "there is no type 'pattern.tickets'; did you mean 'ticket'?"],
  ["size.attachments", "there is no type 'size.attachments'; there are messages, tools"],
])("a rule for %s, of which nothing can be found, is refused", async (match, problem) => {
  const detect = "{patterns: [{name: ticket, expression: 'T-[0-9]+', maxChars: 9}]}";
  const text = `guardrails: {enabled: true, detect: ${detect}, answer: {rules: [{match: ${match}, action: redact}]}}`;
  const { guardrails } = parseSignalboxConfig(text, "x");
  await expect(checkGuardrails(guardrails)).rejects.toThrow(`guardrails.answer.rules.0.match: ${problem}`);
});

test("rules may name what there is, whole kinds, and what others find", async () => {
  const matches = ["*", "pii.*", "pii.email", "secret.github", "pattern.ticket", "tool.forbidden", "webhook.mood"];
  const rules = matches.map((match) => `{match: "${match}", action: observe}`).join(", ");
  const detect = "{patterns: [{name: ticket, expression: 'T-[0-9]+', maxChars: 9}]}";
  const text = `guardrails: {enabled: true, detect: ${detect}, request: {rules: [${rules}]}}`;
  await expect(checkGuardrails(parseSignalboxConfig(text, "x").guardrails)).resolves.toBeUndefined();
});

test("lists of tools, bounds and guardrails elsewhere stand in the document, whose numbers are whole", async () => {
  const text = `
guardrails:
  enabled: true
  tools:
    deny: [shell_*]
    schemas:
      - { tool: pay, schema: { type: object, required: [amount], properties: { amount: { type: number, maximum: 0.5 } } } }
  form: { messagesMax: 9, attachmentTypes: ["image/*"] }
  remote:
    - { name: names, kind: presidio, url: "http://127.0.0.1:5002/analyze", scoreMin: 0.35 }
    - { name: hate, kind: moderation, url: "https://api.openai.com/v1/moderations", apiKeyEnv: KEY, onFailure: open, "on": [request, answer] }
`;
  const { guardrails } = parseSignalboxConfig(text, "x");
  await checkGuardrails(guardrails);
  const document = guardDocumentOf(guardrails);
  expect(GuardDocument.parse(document)).toEqual(document);
  expect(document).toMatchObject({
    tools: { deny: ["shell_*"], schemas: [{ tool: "pay", schema: expect.stringContaining("0.5") as string }] },
    form: { messagesMax: 9, attachmentTypes: ["image/*"] },
    remote: [
      {
        kind: "presidio",
        scoreMin: 350_000,
        entities: null,
        anonymizerUrl: null,
        onFailure: "closed",
        on: ["request"],
        apiKeyEnv: null,
      },
      { kind: "moderation", threshold: null, onFailure: "open", on: ["request", "answer"], apiKeyEnv: "KEY" },
    ],
  });
});

test("a schema that is none is refused before the line starts", async () => {
  const tools = "{schemas: [{tool: pay, schema: {type: nothing}}]}";
  const { guardrails } = parseSignalboxConfig(`guardrails: {enabled: true, tools: ${tools}}`, "x");
  await expect(checkGuardrails(guardrails)).rejects.toThrow(/guardrails\.tools\.schemas pay: /);
});
