import { compileGuard, scan, type Guard } from "@signalbox/guard";
import { DEFAULT_DETECTION, type GuardDetection, INJECTION_TYPES } from "@signalbox/proto";
import type { Example, Span } from "./example.ts";
import { falseAlarms, type FalseAlarms } from "./false-alarms.ts";
import { generatedPii } from "./generated-pii.ts";
import { generatedSecrets } from "./generated-secrets.ts";
import { bipia, deepset, mitre, presidio, xstestSafe, unlabelled, type LabelledText } from "./labelled-sets.ts";
import { emptyScore, scoreSpans, type Score } from "./score.ts";
import { measureSpeed, type Speed } from "./speed.ts";

/** Of each type and each form, in each half. */
const GENERATED_PII = 200;
const GENERATED_SECRETS = 12;

export type SpanResult = { readonly set: string; readonly split: string; readonly scores: ReadonlyMap<string, Score> };
type TextResult = { readonly set: string; readonly config: string; readonly score: Score };
type AlarmShare = {
  readonly set: string;
  readonly texts: number;
  readonly blocked: number;
  readonly roleChange: number;
};

export type Evaluation = {
  readonly pii: readonly SpanResult[];
  readonly secrets: readonly SpanResult[];
  readonly injection: readonly TextResult[];
  readonly overBlocking: readonly AlarmShare[];
  /** Type → findings in prompts that nobody labelled. */
  readonly unlabelled: { readonly texts: number; readonly findings: ReadonlyMap<string, number> };
  readonly falseAlarms: FalseAlarms;
  readonly speed: readonly Speed[];
};

const PII = guardOf({ secrets: false, injection: [] });
const SECRETS = guardOf({ pii: [], injection: [] });
const STRONG = guardOf({ pii: [], secrets: false });
const ALL_INJECTION = guardOf({ pii: [], secrets: false, injection: [...INJECTION_TYPES] });
/** The strictest that the defaults can be: everything that is found would block. */
const BLOCKING = guardOf({});

/** Measures the detectors on the sets of a folder, on generated ones, and on the packages below `root`. */
export function evaluate(labels: string, root: string): Evaluation {
  const synthetic = presidio(labels);
  const generated = generatedPii(GENERATED_PII);
  return {
    pii: [...halves("Presidio synthetic", synthetic, PII), ...halves("generated", generated, PII)],
    secrets: halves("generated", generatedSecrets(GENERATED_SECRETS), SECRETS),
    injection: [
      ...textResults("deepset train (dev)", deepset(labels, "train")),
      ...textResults("deepset test (held-out)", deepset(labels, "test")),
      ...textResults("BIPIA text train", bipia(labels, "train")),
      ...textResults("BIPIA text test (held-out)", bipia(labels, "test")),
    ],
    overBlocking: [
      alarmShare("XSTest, safe prompts", xstestSafe(labels)),
      alarmShare("MITRE false refusal set", mitre(labels)),
    ],
    unlabelled: countFindings(unlabelled(labels), guardOf({ injection: [...INJECTION_TYPES] })),
    falseAlarms: falseAlarms(root, SECRETS),
    speed: measureSpeed(
      synthetic.map(({ text }) => text),
      { input: guardOf({}), output: guardOf({ injection: [] }) },
    ),
  };
}

function halves(set: string, examples: readonly Example[], guard: Guard): SpanResult[] {
  const find = (text: string): readonly Span[] => scan(text, guard);
  return (["dev", "held-out"] as const).map((split) => ({
    set,
    split,
    scores: scoreSpans(
      examples.filter((each) => each.split === split),
      find,
    ),
  }));
}

function textResults(set: string, texts: readonly LabelledText[]): TextResult[] {
  return [
    { set, config: "default", score: scoreTexts(texts, STRONG) },
    { set, config: "with role-change", score: scoreTexts(texts, ALL_INJECTION) },
  ];
}

function scoreTexts(texts: readonly LabelledText[], guard: Guard): Score {
  const score = emptyScore();
  for (const { text, positive } of texts) {
    const found = scan(text, guard).length > 0;
    if (found) score[positive ? "tp" : "fp"] += 1;
    else if (positive) score.fn += 1;
  }
  return score;
}

function alarmShare(set: string, texts: readonly string[]): AlarmShare {
  const blocked = texts.filter((text) => scan(text, BLOCKING).length > 0).length;
  const roleChange = texts.filter((text) => scan(text, ALL_INJECTION).length > 0).length;
  return { set, texts: texts.length, blocked, roleChange };
}

function countFindings(texts: readonly string[], guard: Guard): Evaluation["unlabelled"] {
  const findings = new Map<string, number>();
  for (const { type } of texts.flatMap((text) => scan(text, guard))) findings.set(type, (findings.get(type) ?? 0) + 1);
  return { texts: texts.length, findings };
}

function guardOf(special: Partial<GuardDetection>): Guard {
  const compiled = compileGuard({ ...DEFAULT_DETECTION, ...special });
  if (!compiled.ok) throw new Error(compiled.problems.join("; "));
  return compiled.guard;
}
