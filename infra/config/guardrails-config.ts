import { DEFAULT_DETECTION, GuardDetection, GuardRule } from "@signalbox/proto";
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
  pii: pii.default(DEFAULT_DETECTION.pii).describe("Personal data that is told by its form."),
  secrets: secrets.default(DEFAULT_DETECTION.secrets).describe("Keys, tokens and passwords."),
  injection: injection
    .default(DEFAULT_DETECTION.injection)
    .describe(
      "Signs of instructions that would overrule others; `role-change` is a weak one, and is asked for by name.",
    ),
  lists: lists
    .default(DEFAULT_DETECTION.lists)
    .describe("Words to be told of, as `list.<name>`: `{name, words, inside}`, `inside` for those within other words."),
  patterns: patterns
    .default(DEFAULT_DETECTION.patterns)
    .describe(
      "Regular expressions in RE2's syntax, as `pattern.<name>`: `{name, expression, maxChars}`, the last the longest match.",
    ),
  allow: allow
    .default(DEFAULT_DETECTION.allow)
    .describe("Exact texts that are never found, such as the address of one's own support."),
});

const rules = z.array(Rule).max(256).default([]);

const namePatterns = z.array(z.string().min(1).max(128)).min(1).max(256);

const tools = section({
  allow: namePatterns.optional().describe("Patterns with `*` over tools' names; every other tool is forbidden."),
  deny: namePatterns.optional().describe("The same; these are forbidden, whatever `allow` says."),
  schemas: z
    .array(
      section({
        tool: z.string().min(1).max(128).describe("A pattern over names; the first that covers a tool holds."),
        schema: z.record(z.string(), z.unknown()).describe("JSON Schema that the arguments of its calls must fit."),
      }),
    )
    .min(1)
    .max(64)
    .optional()
    .describe("What tools may be called with."),
});

const form = section({
  messagesMax: z.int().min(1).optional().describe("Messages of a conversation."),
  toolsMax: z.int().min(0).optional().describe("Tools that are offered."),
  attachmentsMax: z.int().min(0).optional().describe("Images, sounds and files."),
  attachmentMaxBytes: z.int().min(0).optional().describe("Of each that stands in the request itself."),
  attachmentTypes: namePatterns
    .optional()
    .describe("Media types with `*`, such as `image/*` or `application/pdf`; all others are refused."),
  attachmentsInlineOnly: z
    .literal(true)
    .optional()
    .describe("Refuses what a provider would fetch, or has already: nobody here knows what it is."),
});

const share = z.number().min(0).max(1);

const remote = section({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "a name of lower-case letters, digits and hyphens, at most 40")
    .describe("What logs call it by."),
  kind: z
    .enum(["webhook", "presidio", "moderation"])
    .describe(
      "`webhook`: a service of your own. `presidio`: Presidio's analyzer, its `/analyze`. `moderation`: a provider's moderation endpoint in OpenAI's form, its `/moderations`.",
    ),
  url: z
    .url({ protocol: /^https?$/ })
    .max(512)
    .describe("The whole address."),
  on: z
    .array(z.enum(["request", "answer"]))
    .min(1)
    .max(2)
    .default(["request"])
    .describe("What it is shown. A stream that it looks at is given out once it is whole."),
  deadlineMs: z.int().min(10).max(60_000).default(1_000).describe("How long it is waited for."),
  onFailure: z
    .enum(["open", "closed"])
    .default("closed")
    .describe(
      "Without an answer in time: `closed` finds `remote.unavailable`, which blocks unless a rule says otherwise; `open` finds `remote.skipped`, which is observed.",
    ),
  textMaxChars: z
    .int()
    .min(1)
    .max(4 * MEGA)
    .default(100_000)
    .describe("More text is not sent, and counts as no answer."),
  apiKeyEnv: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "a variable's name holds letters, digits and underscores")
    .max(128)
    .optional()
    .describe("The environment variable with the key that is sent as a bearer token."),
  language: z.string().min(2).max(8).default("en").describe("Of `presidio`: the language that texts are taken for."),
  anonymizerUrl: z
    .url({ protocol: /^https?$/ })
    .max(512)
    .optional()
    .describe(
      "Of `presidio`: its anonymizer's `/anonymize`, whose words then stand for good in the place of what is redacted; placeholders that are put back unless given.",
    ),
  scoreMin: share.default(0.5).describe("Of `presidio`: what is found with less is left out."),
  entities: z
    .array(z.string().min(1).max(64))
    .min(1)
    .max(128)
    .optional()
    .describe("Of `presidio`: what is looked for, such as `PERSON`; everything unless given."),
  model: z.string().min(1).max(256).default("omni-moderation-latest").describe("Of `moderation`."),
  threshold: share
    .optional()
    .describe("Of `moderation`: the score from which a category is found; the provider's own word unless given."),
});

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
  tools: tools.optional().describe("Which tools may be offered and called, and with what; anything else is blocked."),
  form: form.optional().describe("Bounds on the parts of a request; one beyond them is blocked."),
  remote: z
    .array(remote)
    .max(8)
    .default([])
    .describe("Guardrails elsewhere, asked over HTTP and all at once. What `redact` takes out is not shown to them."),
});
export type GuardrailsConfig = z.infer<typeof GuardrailsConfig>;
