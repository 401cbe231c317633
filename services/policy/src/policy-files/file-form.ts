import { closestNames, findProblem } from "@signalbox/decision";
import {
  PolicyDocument,
  PolicyEffects,
  PolicyName,
  PolicyRequirement,
  PolicyTestExpectation,
  PolicyTestRequest,
  PolicyThrottle,
  Selector,
} from "@signalbox/proto";
import { z } from "zod";

const PICO_PER_MICRO = 1_000_000n;
const MICRO = 1_000_000;
const PERCENT_MICRO = 10_000;

/** A part of a file: a field that is not known is refused, with the one that was probably meant. */
function section<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape);
  const hint = (key: string): string => {
    const [meant] = closestNames(key, known);
    return `there is no field '${key}': ${meant === undefined ? `there are ${known.join(", ")}` : `did you mean '${meant}'?`}`;
  };
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? issue.keys.map(hint).join("; ") : undefined),
  });
}

/** A share of all, from 0 to 1, in millionths. */
const ShareMicro = z
  .number()
  .min(0)
  .max(1)
  .transform((share) => Math.round(share * MICRO));

const percent = z
  .number()
  .min(0.0001)
  .max(100)
  .transform((value) => Math.round(value * PERCENT_MICRO));

const Usd = z
  .union([z.number(), z.string()])
  .transform(String)
  .pipe(z.string().regex(/^\d{1,9}(\.\d{1,6})?$/, "expected dollars with at most six decimals, e.g. 0.25"))
  .transform((text) => {
    const [whole = "0", decimals = ""] = text.split(".");
    return String(BigInt(whole + decimals.padEnd(6, "0")) * PICO_PER_MICRO);
  });

const { maxCostPicoUsd: _pico, split: _split, ...effectShape } = PolicyEffects.shape;

const Effects = section({
  ...effectShape,
  require: section(PolicyRequirement.shape).optional(),
  throttle: section(PolicyThrottle.shape).optional(),
  /** Dollars for a whole request. */
  maxCostUsd: Usd.optional(),
  split: z
    .array(section({ arm: PolicyName, percent, to: Selector }))
    .min(1)
    .max(8)
    .optional(),
})
  .superRefine(checkEffects)
  .transform(({ maxCostUsd, split, ...effects }) => ({
    ...effects,
    ...(maxCostUsd === undefined ? {} : { maxCostPicoUsd: maxCostUsd }),
    ...(split === undefined ? {} : { split: split.map(({ arm, percent: share, to }) => ({ arm, share, to })) }),
  }));

type WrittenEffects = { weights?: unknown; split?: { percent: number }[] | undefined; pin?: unknown; route?: unknown };

function checkEffects(effects: WrittenEffects & Record<string, unknown>, context: z.core.$RefinementCtx): void {
  const refuse = (message: string, path: string[] = []): void => {
    context.addIssue({ code: "custom", message, path, input: effects });
  };
  if (Object.keys(effects).length === 0) refuse("a rule must do something: name at least one effect");
  if (effects.weights !== undefined && effects.split !== undefined) refuse("use either weights or split", ["split"]);
  if (effects.pin !== undefined && effects.route !== undefined) refuse("use either pin or route", ["route"]);
  const total = (effects.split ?? []).reduce((sum, { percent: share }) => sum + share, 0);
  if (total > MICRO) refuse("the arms take more than 100 percent together", ["split"]);
}

/** What was probably meant, where the language's own words do not say it. */
function hintFor(problem: string): string {
  if (problem === "Unexpected character: =.") return " Equality is written ==.";
  if (problem.includes("'list.contains(")) return ' Write "name" in list.';
  return "";
}

const Condition = z
  .string()
  .min(1)
  .max(2_048)
  .superRefine((expression, context) => {
    const problem = findProblem(expression);
    if (problem === null) return;
    const message = `${problem.message}${hintFor(problem.message)}`;
    context.addIssue({ code: "custom", message, params: { at: problem.at }, input: expression });
  });

const Rule = section({
  name: PolicyName,
  when: Condition.default("true"),
  final: z.boolean().default(false),
  do: Effects,
});

const { difficulty: _difficulty, budgetUsed: _budgetUsed, ...givenShape } = PolicyTestRequest.shape;

const Test = section({
  name: z.string().min(1).max(128),
  given: section({ ...givenShape, difficulty: ShareMicro.optional(), budgetUsed: ShareMicro.optional() }).default({}),
  expect: section(PolicyTestExpectation.shape),
});

const TimeZone = z
  .string()
  .min(1)
  .max(64)
  .refine((zone) => {
    try {
      return new Intl.DateTimeFormat("en", { timeZone: zone }).format(0) !== "";
    } catch {
      return false;
    }
  }, "expected the name of a time zone, e.g. Europe/Berlin");

const { shape } = PolicyDocument;

/** What an operator writes; the words of the policy document, but for what reads better in a file. */
export const FileForm = section({
  allow: shape.allow.optional(),
  deny: shape.deny.optional(),
  strategy: shape.defaultStrategy.optional(),
  planMax: shape.planMax.optional(),
  defaultMaxOutputTokens: shape.defaultMaxOutputTokens.optional(),
  streamMaxOutputTokens: shape.streamMaxOutputTokens,
  cache: shape.cache.optional(),
  match: shape.match.optional(),
  otherwise: shape.otherwise.optional(),
  translation: shape.translation,
  timeZone: TimeZone.optional(),
  vocabulary: section({
    tags: shape.vocabulary.shape.tags.default([]),
    signals: shape.vocabulary.shape.signals.default({}),
  }).optional(),
  groups: shape.groups.optional(),
  rules: z.array(Rule).max(1_000).optional(),
  tests: z.array(Test).max(500).optional(),
});
export type FileForm = z.infer<typeof FileForm>;
