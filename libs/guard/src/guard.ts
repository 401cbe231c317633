import type { GuardDetection } from "@signalbox/proto";
import type { Detector, Finding } from "./finding.ts";
import { findCues } from "./injection/find-cues.ts";
import { findDelimiters } from "./injection/find-delimiters.ts";
import { findHiddenText } from "./injection/find-hidden-text.ts";
import { listDetector } from "./lists/find-listed-words.ts";
import { findUnspacedCues } from "./injection/find-unspaced-cues.ts";
import { compilePattern } from "./lists/find-pattern.ts";
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

/** An upper bound on the length of an injection's phrase with words of common length. */
const PHRASE_MAX_CHARS = 256;

/** A compiled detection: its detectors, and `ownMaxChars`, the longest match of its word lists, patterns and phrases. */
export type Guard = {
  /** For secrets and personal data. A place is one of these at most; of two that overlap, the earlier detector's holds. */
  readonly exclusive: readonly Detector[];
  readonly others: readonly Detector[];
  readonly allow: ReadonlySet<string>;
  readonly ownMaxChars: number;
};

type CompiledGuard =
  | { readonly ok: true; readonly guard: Guard }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Compiles a detection. A problem names the pattern at fault and never quotes it. */
export function compileGuard(detection: GuardDetection): CompiledGuard {
  const patterns = detection.patterns.map((pattern) => ({ name: pattern.name, compiled: compilePattern(pattern) }));
  const problems = patterns.flatMap(({ name, compiled }) =>
    compiled.ok ? [] : [`pattern ${name}: ${compiled.reason}`],
  );
  if (problems.length > 0) return { ok: false, problems };
  const lengths = [
    ...detection.lists.flatMap(({ words }) => words.map((word) => word.length)),
    ...detection.patterns.map((each) => each.maxChars),
    detection.injection.length > 0 ? PHRASE_MAX_CHARS : 0,
  ];
  const guard: Guard = {
    exclusive: [
      ...(detection.secrets ? SECRET_DETECTORS : []),
      ...(Object.keys(PII_DETECTORS) as (keyof typeof PII_DETECTORS)[])
        .filter((type) => detection.pii.includes(type))
        .map((type) => PII_DETECTORS[type]),
    ],
    others: [
      ...detection.lists.map(listDetector),
      ...patterns.flatMap(({ compiled }) => (compiled.ok ? [compiled.detect] : [])),
      ...injectionDetectors(detection),
    ],
    allow: new Set(detection.allow),
    ownMaxChars: lengths.reduce((most, each) => Math.max(most, each), 0),
  };
  return { ok: true, guard };
}

/** The findings in a text, in its order. A pure function, linear in the text's length, that throws for no text. */
export function scan(text: string, guard: Guard): Finding[] {
  const surest = withoutOverlaps(guard.exclusive.map((detect) => detect(text)));
  const found = [...surest, ...guard.others.flatMap((detect) => detect(text))];
  const kept =
    guard.allow.size === 0 ? found : found.filter(({ start, end }) => !guard.allow.has(text.slice(start, end)));
  return guard.others.length === 0 ? kept : kept.toSorted((a, b) => a.start - b.start || b.end - a.end);
}

function injectionDetectors({ injection }: GuardDetection): Detector[] {
  const types = new Set<string>(injection.map((type) => `injection.${type}`));
  const cues = injection.some((type) => type !== "delimiter" && type !== "hidden");
  return [
    ...(cues ? [(text: string) => findCues(text).filter(({ type }) => types.has(type))] : []),
    ...(injection.includes("override") ? [findUnspacedCues] : []),
    ...(injection.includes("delimiter") ? [findDelimiters] : []),
    ...(injection.includes("hidden") ? [findHiddenText] : []),
  ];
}
