import { INJECTION_TYPES, type InjectionType, PII_TYPES, type PiiType } from "@signalbox/proto";

/** Findings in a request's form and its tool calls, instead of in a text. */
const FORM_TYPES = [
  "tool.forbidden",
  "tool.arguments",
  "size.messages",
  "size.tools",
  "attachment.type",
  "attachment.size",
  "attachment.count",
  "attachment.elsewhere",
] as const;
type FormType = (typeof FORM_TYPES)[number];

/** A remote guardrail gave no answer: `unavailable` where its `onFailure` is closed, `skipped` where it is open. */
const REMOTE_TYPES = ["remote.unavailable", "remote.skipped"] as const;

/**
 * `secret.<kind of key>`, `list.<name of the word list>`, `pattern.<name of the pattern>`; `content.<category>`,
 * `presidio.<entity>` and `webhook.<type>` of remote guardrails; the others are closed sets.
 */
export type FindingType =
  | `pii.${PiiType}`
  | `injection.${InjectionType}`
  | `secret.${string}`
  | `list.${string}`
  | `pattern.${string}`
  | FormType
  | `content.${string}`
  | `presidio.${string}`
  | `webhook.${string}`
  | (typeof REMOTE_TYPES)[number];

/** The types of the closed sets, all of them. */
export const CLOSED_TYPES: readonly FindingType[] = [
  ...PII_TYPES.map((type) => `pii.${type}` as const),
  ...INJECTION_TYPES.map((type) => `injection.${type}` as const),
  ...FORM_TYPES,
  ...REMOTE_TYPES,
];

/** Where something was found. It never holds the text, so that it can be recorded. */
export type Finding = {
  readonly type: FindingType;
  /** UTF-16 units from the start of the text that was scanned. */
  readonly start: number;
  /** The first unit after it. */
  readonly end: number;
  /** Replaces the text for good when it is redacted; absent: a placeholder, which is restored. It is recorded nowhere. */
  readonly replacement?: string;
};

/** Reads a text once, in time linear in its length. The findings of one detector are in order and do not overlap. */
export type Detector = (text: string) => Finding[];
