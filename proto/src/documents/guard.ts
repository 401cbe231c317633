import { z } from "zod";

/** A name of a word list or a pattern, and so a part of a finding's type. */
const GuardName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "a name of lower-case letters, digits and hyphens, at most 40");

const PII = ["email", "phone", "iban", "card", "ssn", "ip"] as const;
const INJECTION = ["override", "prompt-leak", "jailbreak", "role-change", "delimiter", "hidden"] as const;

/** observe: recorded, and nothing else. redact: a placeholder stands in its place. block: it goes no further. */
export const GuardAction = z.enum(["observe", "redact", "block"]);
export type GuardAction = z.infer<typeof GuardAction>;

/** `match` is a type, all of a kind (`secret.*`), or everything (`*`). */
export const GuardRule = z.strictObject({
  match: z
    .string()
    .max(48)
    .regex(/^(\*|[a-z]+\.(\*|[a-z0-9-]+))$/, "a type like pii.email, a kind like secret.*, or *"),
  action: GuardAction,
});
export type GuardRule = z.infer<typeof GuardRule>;
export const GuardRules = z.array(GuardRule).max(256);

/** What is looked for. */
export const GuardDetection = z.strictObject({
  pii: z.array(z.enum(PII)).max(PII.length),
  secrets: z.boolean(),
  injection: z.array(z.enum(INJECTION)).max(INJECTION.length),
  lists: z
    .array(
      z.strictObject({
        name: GuardName.describe("Of the finding's type, `list.<name>`."),
        words: z
          .array(z.string().min(1).max(256))
          .min(1)
          .max(10_000)
          .describe("Letters and digits with anything between them; upper and lower case are the same."),
        inside: z.boolean().default(false).describe("Whether a word may stand inside of another one."),
      }),
    )
    .max(64),
  patterns: z
    .array(
      z.strictObject({
        name: GuardName.describe("Of the finding's type, `pattern.<name>`."),
        expression: z.string().min(1).max(1_024).describe("In RE2's syntax."),
        maxChars: z.int().min(1).max(1_024).describe("The longest match that is looked for, in characters."),
      }),
    )
    .max(64),
  /** Exact texts that are never a finding. */
  allow: z.array(z.string().min(1).max(1_024)).max(1_024),
});
export type GuardDetection = z.infer<typeof GuardDetection>;

/**
 * The guardrails document: what is looked for in requests and answers, and what is done about it. Of each list of rules the
 * first that matches a type holds; a type that none matches is observed. Content-addressed by its canonical form.
 */
export const GuardDocument = z.strictObject({
  schema: z.literal("signalbox.guard.v1"),
  detect: GuardDetection,
  request: z.strictObject({
    rules: GuardRules,
    /** A request with more text than this, in UTF-16 units, is looked through up to here. */
    textMaxChars: z.int().min(1_024).max(67_108_864),
    /** What becomes of the request then. */
    beyond: z.enum(["observe", "block"]),
  }),
  /** Without rules, answers are not looked through. */
  answer: z.strictObject({ rules: GuardRules }),
});
export type GuardDocument = z.infer<typeof GuardDocument>;
