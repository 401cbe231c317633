import { type GuardDocument, GuardDetection, GuardRule } from "@signalbox/proto";
import { z } from "zod";
import { section } from "./section.ts";

const MEGA = 1_048_576;

const Rule = section({
  match: GuardRule.shape.match.describe("A type such as `pii.email`, all of a kind such as `secret.*`, or `*`."),
  action: GuardRule.shape.action.describe(
    "`observe` records it, `redact` puts a placeholder in its place, `block` lets it go no further.",
  ),
});

const { pii, secrets, injection, lists, patterns, allow } = GuardDetection.shape;

const detect = section({
  pii: pii.default(["email", "phone", "iban", "card", "ssn", "ip"]).describe("Personal data that is told by its form."),
  secrets: secrets.default(true).describe("Keys, tokens and passwords."),
  injection: injection
    .default(["override", "prompt-leak", "jailbreak", "delimiter", "hidden"])
    .describe(
      "Signs of instructions that would overrule others; `role-change` is a weak one, and is asked for by name.",
    ),
  lists: lists
    .default([])
    .describe("Words to be told of, as `list.<name>`: `{name, words, inside}`, `inside` for those within other words."),
  patterns: patterns
    .default([])
    .describe(
      "Regular expressions in RE2's syntax, as `pattern.<name>`: `{name, expression, maxChars}`, the last the longest match.",
    ),
  allow: allow.default([]).describe("Exact texts that are never found, such as the address of one's own support."),
});

const rules = z.array(Rule).max(256).default([]);

/** The operator's guardrails: what is looked for in requests and answers, and what is done about it. */
export const GuardrailsConfig = section({
  enabled: z.boolean().default(false).describe("Whether requests are looked through at all."),
  detect: detect.prefault({}).describe("What is looked for."),
  request: section({
    rules: rules.describe(
      "What is done about what a request holds: the first rule that matches a type; none means `observe`.",
    ),
    textMaxChars: z
      .int()
      .min(1_024)
      .max(64 * MEGA)
      .default(4 * MEGA)
      .describe("A request with more text than this is looked through up to here."),
    beyond: z
      .enum(["observe", "block"])
      .default("block")
      .describe("What becomes of it then; a policy sees the content signal `guard.incomplete`."),
  })
    .prefault({})
    .describe("Of requests, before anything of them leaves."),
  answer: section({
    rules: rules.describe(
      "The same for answers; what they redact is gone for good. Without rules, answers are not looked through.",
    ),
  })
    .prefault({})
    .describe("Of answers, before anything of them is given out."),
});
export type GuardrailsConfig = z.infer<typeof GuardrailsConfig>;

export function guardDocumentOf({ detect: wanted, request, answer }: GuardrailsConfig): GuardDocument {
  return { schema: "signalbox.guard.v1", detect: wanted, request, answer };
}
