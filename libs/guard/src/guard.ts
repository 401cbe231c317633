import type { Detector, Finding } from "./finding.ts";
import type { GuardConfig } from "./guard-config.ts";
import { findCues } from "./injection/find-cues.ts";
import { findDelimiters } from "./injection/find-delimiters.ts";
import { findHiddenText } from "./injection/find-hidden-text.ts";
import { listDetector } from "./lists/find-listed-words.ts";
import { findUnspacedCues } from "./injection/find-unspaced-cues.ts";
import { compilePattern, PATTERN_MATCH_MAX_CHARS } from "./lists/find-pattern.ts";
import { LIST_WORDS_MAX, WORD_MAX_CHARS } from "./lists/word-list.ts";
import { findCards } from "./pii/find-cards.ts";
import { findEmails } from "./pii/find-emails.ts";
import { findIbans } from "./pii/find-ibans.ts";
import { findIps } from "./pii/find-ips.ts";
import { findPhones } from "./pii/find-phones.ts";
import { findSsns } from "./pii/find-ssns.ts";
import { withoutOverlaps } from "./without-overlaps.ts";
import { SECRET_DETECTORS } from "./secrets/detectors.ts";

const PII_DETECTORS = {
  iban: findIbans,
  card: findCards,
  ssn: findSsns,
  ip: findIps,
  email: findEmails,
  phone: findPhones,
} as const;

/** What a phrase of an injection takes, when its words are of common length. */
const PHRASE_MAX_CHARS = 256;
const LISTS_MAX = 64;
const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** A config made ready: its detectors, and how many units of a stream its own words, patterns and phrases can take. */
export type Guard = {
  /** Of structured data and secrets, of which a place is one thing at most: what is surest comes first. */
  readonly exclusive: readonly Detector[];
  readonly others: readonly Detector[];
  readonly allow: ReadonlySet<string>;
  readonly ownMaxChars: number;
};

export type CompiledGuard =
  | { readonly ok: true; readonly guard: Guard }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Makes the detectors of a config; a problem names the list or pattern that it is about, and never a word of it. */
export function compileGuard(config: GuardConfig): CompiledGuard {
  const problems = problemsOf(config);
  const patterns = config.patterns.map((pattern) => ({ name: pattern.name, compiled: compilePattern(pattern) }));
  for (const { name, compiled } of patterns) if (!compiled.ok) problems.push(`pattern ${name}: ${compiled.reason}`);
  if (problems.length > 0) return { ok: false, problems };
  const lengths = [
    ...config.lists.flatMap(({ words }) => words.map((word) => word.length)),
    ...config.patterns.map((each) => each.maxChars),
    config.injection.length > 0 ? PHRASE_MAX_CHARS : 0,
  ];
  const guard: Guard = {
    exclusive: [
      ...(config.secrets ? SECRET_DETECTORS : []),
      ...(Object.keys(PII_DETECTORS) as (keyof typeof PII_DETECTORS)[])
        .filter((type) => config.pii.includes(type))
        .map((type) => PII_DETECTORS[type]),
    ],
    others: [
      ...config.lists.map(listDetector),
      ...patterns.flatMap(({ compiled }) => (compiled.ok ? [compiled.detect] : [])),
      ...injectionDetectors(config),
    ],
    allow: new Set(config.allow),
    ownMaxChars: lengths.reduce((most, each) => Math.max(most, each), 0),
  };
  return { ok: true, guard };
}

/**
 * What a text holds, in the order of the text. Time is linear in the text's length. A pure function: it keeps nothing and
 * throws for no text.
 */
export function scan(text: string, guard: Guard): Finding[] {
  const surest = withoutOverlaps(guard.exclusive.map((detect) => detect(text)));
  const found = [...surest, ...guard.others.flatMap((detect) => detect(text))];
  const kept =
    guard.allow.size === 0 ? found : found.filter(({ start, end }) => !guard.allow.has(text.slice(start, end)));
  return guard.others.length === 0 ? kept : kept.toSorted((a, b) => a.start - b.start || b.end - a.end);
}

function problemsOf({ lists, patterns }: GuardConfig): string[] {
  const problems: string[] = [];
  if (lists.length > LISTS_MAX) problems.push(`more than ${LISTS_MAX} lists`);
  if (patterns.length > LISTS_MAX) problems.push(`more than ${LISTS_MAX} patterns`);
  for (const { name, words } of lists) {
    if (!NAME.test(name)) problems.push("a list's name is no word of small letters, digits and hyphens");
    if (words.length > LIST_WORDS_MAX) problems.push(`list ${name}: more than ${LIST_WORDS_MAX} words`);
    if (words.some((word) => word === "" || word.length > WORD_MAX_CHARS)) {
      problems.push(`list ${name}: a word is empty or longer than ${WORD_MAX_CHARS} characters`);
    }
  }
  for (const { name, maxChars } of patterns) {
    if (!NAME.test(name)) problems.push("a pattern's name is no word of small letters, digits and hyphens");
    if (!Number.isInteger(maxChars) || maxChars < 1 || maxChars > PATTERN_MATCH_MAX_CHARS) {
      problems.push(`pattern ${name}: maxChars is not between 1 and ${PATTERN_MATCH_MAX_CHARS}`);
    }
  }
  return problems;
}

function injectionDetectors({ injection }: GuardConfig): Detector[] {
  const types = new Set<string>(injection.map((type) => `injection.${type}`));
  const cues = injection.some((type) => type !== "delimiter" && type !== "hidden");
  return [
    ...(cues ? [(text: string) => findCues(text).filter(({ type }) => types.has(type))] : []),
    ...(injection.includes("override") ? [findUnspacedCues] : []),
    ...(injection.includes("delimiter") ? [findDelimiters] : []),
    ...(injection.includes("hidden") ? [findHiddenText] : []),
  ];
}
