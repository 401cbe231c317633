import type { InjectionType, PiiType } from "@signalbox/proto";
import type { Pattern } from "./lists/find-pattern.ts";
import type { WordList } from "./lists/word-list.ts";

/** What is looked for: plain data, so that it can stand in a policy document. */
export type GuardConfig = {
  readonly pii: readonly PiiType[];
  readonly secrets: boolean;
  readonly injection: readonly InjectionType[];
  readonly lists: readonly WordList[];
  readonly patterns: readonly Pattern[];
  /** Exact texts that are never a finding, e.g. the address of one's own support. */
  readonly allow: readonly string[];
};

/** All that is built in; `role-change` is a weak sign, and is asked for by name. */
export const DEFAULT_GUARD: GuardConfig = {
  pii: ["email", "phone", "iban", "card", "ssn", "ip"],
  secrets: true,
  injection: ["override", "prompt-leak", "jailbreak", "delimiter", "hidden"],
  lists: [],
  patterns: [],
  allow: [],
};
