/** How often each sign beside words, such as a code fence, was found in a text, up to COUNT_MAX. */
export type Marks = {
  readonly fences: number;
  readonly codeLines: number;
  readonly codeNames: number;
  readonly formulas: number;
  readonly operations: number;
  readonly numbers: number;
  /** Lines such as `A) …` or `(b) …`. */
  readonly options: number;
  /** Numbered or dashed lines, and questions: the parts that an answer needs. */
  readonly parts: number;
  readonly asksHowMany: boolean;
  readonly asksWhat: boolean;
  readonly jsonPairs: number;
};

const COUNT_MAX = 12;

const FENCE = /```/g;
const CODE_LINE =
  /^[ \t]*(?:def \w|class \w|import [\w{*]|from [\w.]+ import|#include|using \w|public |private |protected |static |function\b|const \w|let \w|var \w|return\b|if ?\(|for ?\(|while ?\(|elif |else:|try:|except|async |await |func \w|fn \w|SELECT\b|INSERT\b|UPDATE\b|CREATE\b|<\/?[a-z]+[ >]|@\w|\$ |>>> )|[{};][ \t]*$/gm;
const CODE_NAME =
  /\b[a-z]\w*(?:_\w+|[a-z][A-Z]\w*)\b|\w\(\)|\w::\w|=>|\b\w+\.(?:py|js|ts|tsx|java|cpp|c|h|go|rs|rb|php|sql|sh|html|css|json|yaml|yml)\b/g;
const FORMULA =
  /\\(?:frac|int|sum|prod|sqrt|lim|begin|cdot|times|leq?|geq?|infty|alpha|beta|theta|pi|mathbb|left|log|sin|cos)\b|\$[^$\n]{1,120}\$|[∫∑√∞≤≥∈∀∃∂π]|\b[a-z]\^\{?\d/g;
const OPERATION = /\d[ \t]{0,2}[-+*/^=×÷<>][ \t]{0,2}[\d(a-z]|[a-z)][ \t]?=[ \t]?-?\d|\b\d*[xyzn][ \t]?[-+=^][ \t]?\d/g;
const NUMBER = /\d+(?:[.,]\d+)*/g;
const OPTION = /^[ \t]*\(?[A-Ja-j][).:][ \t]/gm;
const PART = /^[ \t]*(?:\d{1,2}[.)]|[-*•])[ \t]|\?(?=\s|$)/gm;
const HOW_MANY = /\bhow (?:many|much|long|far|old|fast|tall)\b|\bwhat (?:percent|percentage|fraction)\b/;
const WHAT_IS = /\bwhat (?:is|was|are|will)\b|\bfind the\b|\bcalculate\b|\bdetermine\b/;
const JSON_PAIR = /"[\w -]{1,40}"[ \t]*:/g;

/** Looks for the signs in a bounded text; `lower` is the same text in lower case. Every expression is linear in time. */
export function findMarks(text: string, lower: string): Marks {
  return {
    fences: count(text, FENCE),
    codeLines: count(text, CODE_LINE),
    codeNames: count(text, CODE_NAME),
    formulas: count(text, FORMULA),
    operations: count(lower, OPERATION),
    numbers: count(text, NUMBER),
    options: count(text, OPTION),
    parts: count(text, PART),
    asksHowMany: HOW_MANY.test(lower),
    asksWhat: WHAT_IS.test(lower),
    jsonPairs: count(text, JSON_PAIR),
  };
}

function count(text: string, pattern: RegExp): number {
  let found = 0;
  pattern.lastIndex = 0;
  while (found < COUNT_MAX && pattern.test(text)) found += 1;
  return found;
}
