import { z } from "zod";
import { Micro } from "../ids.ts";

/** The name of a word list or a pattern; it becomes a part of a finding's type. */
const GuardName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "a name of lower-case letters, digits and hyphens, at most 40");

/** Structured personal data, recognised by its format and its check digits where it has some. */
export const PII_TYPES = ["email", "phone", "iban", "card", "ssn", "ip"] as const;
export type PiiType = (typeof PII_TYPES)[number];

/** What an instruction inside a text tries. */
export const INJECTION_TYPES = ["override", "prompt-leak", "jailbreak", "role-change", "delimiter", "hidden"] as const;
export type InjectionType = (typeof INJECTION_TYPES)[number];

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
const GuardRules = z.array(GuardRule).max(256);

/** What is looked for. */
export const GuardDetection = z.strictObject({
  pii: z.array(z.enum(PII_TYPES)).max(PII_TYPES.length),
  secrets: z.boolean(),
  injection: z.array(z.enum(INJECTION_TYPES)).max(INJECTION_TYPES.length),
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

/** Every built-in detector but `role-change`, a weak sign that has to be asked for by name. */
export const DEFAULT_DETECTION: GuardDetection = {
  pii: ["email", "phone", "iban", "card", "ssn", "ip"],
  secrets: true,
  injection: ["override", "prompt-leak", "jailbreak", "delimiter", "hidden"],
  lists: [],
  patterns: [],
  allow: [],
};

const Patterns = z.array(z.string().min(1).max(128)).min(1).max(256);

/** Which tools a request may offer and an answer may call, by patterns with `*` over their names, and with what arguments. */
export const GuardTools = z.strictObject({
  /** Absent: all but those of `deny`. */
  allow: Patterns.optional(),
  deny: Patterns.optional(),
  /** The first whose pattern covers a tool's name holds for its calls; `schema` is JSON Schema, as a text. */
  schemas: z
    .array(z.strictObject({ tool: z.string().min(1).max(128), schema: z.string().min(2).max(65_536) }))
    .min(1)
    .max(64)
    .optional(),
});
export type GuardTools = z.infer<typeof GuardTools>;

/** What a request may be made of. */
const GuardForm = z.strictObject({
  messagesMax: z.int().min(1).optional(),
  toolsMax: z.int().min(0).optional(),
  attachmentsMax: z.int().min(0).optional(),
  attachmentMaxBytes: z.int().min(0).optional(),
  /**
   * Patterns with `*` over media types, `image/*`; an attachment whose type the request does not say is covered by `*`
   * alone.
   */
  attachmentTypes: Patterns.optional(),
  /** Refuses attachments by URL and by file id, which the provider fetches or already has. */
  attachmentsInlineOnly: z.literal(true).optional(),
});
type GuardForm = z.infer<typeof GuardForm>;

const remoteHead = {
  /** What logs call it by. */
  name: GuardName,
  url: z.url({ protocol: /^https?$/ }).max(512),
  on: z
    .array(z.enum(["request", "answer"]))
    .min(1)
    .max(2),
  deadlineMs: z.int().min(10).max(60_000),
  /** Without an answer in time: `open` lets the text go on, `closed` blocks it. */
  onFailure: z.enum(["open", "closed"]),
  /** More text than this is not sent, and counts as no answer. */
  textMaxChars: z.int().min(1).max(4_194_304),
  /** The environment variable with the key that is sent as a bearer token; null: none is. */
  apiKeyEnv: z.string().max(128).nullable(),
};

/** A guardrail outside of this line, asked over HTTP. */
export const RemoteGuard = z.discriminatedUnion("kind", [
  /** `{direction, texts}` to `{findings: [{type, text, start, end}]}`; types become `webhook.<type>`. */
  z.strictObject({ ...remoteHead, kind: z.literal("webhook") }),
  /** Presidio's analyzer; types become `presidio.<entity>`. */
  z.strictObject({
    ...remoteHead,
    kind: z.literal("presidio"),
    /** Presidio's anonymizer: its replacements are permanent. null: placeholders, which are restored in the answer. */
    anonymizerUrl: z
      .url({ protocol: /^https?$/ })
      .max(512)
      .nullable(),
    language: z.string().min(2).max(8),
    scoreMin: Micro,
    /** null: all entities that it knows. */
    entities: z.array(z.string().min(1).max(64)).min(1).max(128).nullable(),
  }),
  /** A provider's moderation endpoint in OpenAI's form; types become `content.<category>`. */
  z.strictObject({
    ...remoteHead,
    kind: z.literal("moderation"),
    model: z.string().min(1).max(256),
    /** The score from which a category counts as found; null: the provider's own flag decides. */
    threshold: Micro.nullable(),
  }),
]);
export type RemoteGuard = z.infer<typeof RemoteGuard>;

/**
 * The guardrails document: what is looked for in requests and answers, and what is done about it. In each list of rules the
 * first that matches a finding's type decides. A type that no rule matches is observed; only `tool.*`, `attachment.*`,
 * `size.*` and `remote.unavailable` are blocked. Content-addressed by its canonical form.
 */
export const GuardDocument = z.strictObject({
  schema: z.literal("signalbox.guard.v1"),
  detect: GuardDetection,
  request: z.strictObject({
    rules: GuardRules,
    /** Text beyond this, in UTF-16 units, is not looked through. */
    textMaxChars: z.int().min(1_024).max(67_108_864),
    /** What happens to a request with more text. */
    beyond: z.enum(["observe", "block"]),
  }),
  /** Without rules, answers are not looked through. */
  answer: z.strictObject({ rules: GuardRules }),
  /** Finds `tool.forbidden` and `tool.arguments`, in requests and in answers, also without `answer.rules`. */
  tools: GuardTools.optional(),
  /** Finds `size.*` and `attachment.*` in requests. */
  form: GuardForm.optional(),
  remote: z.array(RemoteGuard).min(1).max(8).optional(),
});
export type GuardDocument = z.infer<typeof GuardDocument>;
