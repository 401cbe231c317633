import { Environment, type ASTNode } from "@marcbachmann/cel-js";
import { closestNames } from "../close-names.ts";
import { matchPattern } from "../match-pattern.ts";
import { VARIABLES, type Variables } from "./variables.ts";

/** What a condition's functions read beside the variables. */
export type ConditionScope = {
  readonly variables: Variables;
  readonly signals: Readonly<Record<string, string>>;
  readonly minuteOfDay: number;
  /** Whether an endpoint that the selector covers has a closed circuit. */
  readonly healthy: (selector: string) => boolean;
};

/** Throws when the value cannot be computed, e.g. on an index outside of a list. */
export type Condition = (scope: ConditionScope) => boolean;

type ConditionProblem = {
  readonly message: string;
  /** Where it begins in the expression. */ readonly at: number;
};

const LIMITS = { maxAstNodes: 400, maxDepth: 32, maxListElements: 200, maxMapEntries: 50, maxCallArguments: 8 };

/**
 * All that can be called. Everything that reads a clock's calendar or builds a pattern from a text that the caller may
 * have chosen (`timestamp`, `matches`) is left out: it is not the same on every machine, or not in bounded time.
 */
const FUNCTIONS = [
  "size",
  "contains",
  "startsWith",
  "endsWith",
  "exists",
  "exists_one",
  "all",
  "filter",
  "map",
  "int",
  "double",
  "string",
  "like",
  "signal",
  "between",
  "healthy",
];

const TIME_OF_DAY = /^([01]\d|2[0-4]):([0-5]\d)$/;

/** The scope of the evaluation under way: functions are given their arguments alone, and nothing here is asynchronous. */
let current: ConditionScope | undefined;

const environment = makeEnvironment();

/** The expression, ready to be evaluated. Throws an Error with its problem when `findProblem` would find one. */
export function compileCondition(expression: string): Condition {
  const problem = findProblem(expression);
  if (problem !== null) throw new Error(`the condition '${expression}' cannot be used: ${problem.message}`);
  const evaluate = environment.parse(expression);
  return (scope) => {
    current = scope;
    return evaluate(scope.variables) === true;
  };
}

/** What is wrong with an expression, and what could have been meant; null when it can be used. */
export function findProblem(expression: string): ConditionProblem | null {
  try {
    const parsed = environment.parse(expression);
    const forbidden = forbiddenCall(parsed.ast);
    if (forbidden !== null) return forbidden;
    const { valid, type, error } = parsed.check();
    if (!valid) return problemOf(error);
    return type === "bool"
      ? null
      : { at: 0, message: `it gives ${type ?? "nothing"}, but a condition must give bool.` };
  } catch (error) {
    return problemOf(error);
  }
}

function makeEnvironment(): Environment {
  const made = new Environment({ limits: LIMITS });
  for (const [name, type] of Object.entries(VARIABLES)) made.registerVariable(name, type);
  return made
    .registerFunction("string.like(string): bool", (text: string, pattern: string) => matchPattern(pattern, text))
    .registerFunction("signal(string): string", (name: string) => {
      const { signals } = underWay();
      return Object.hasOwn(signals, name) ? (signals[name] ?? "") : "";
    })
    .registerFunction("between(string, string): bool", (from: string, to: string) =>
      isBetween(underWay().minuteOfDay, minuteOf(from), minuteOf(to)),
    )
    .registerFunction("healthy(string): bool", (selector: string) => underWay().healthy(selector));
}

function underWay(): ConditionScope {
  if (current === undefined) throw new Error("no condition is being evaluated");
  return current;
}

/** From the first minute to before the last; over midnight when they stand the other way round. */
function isBetween(minute: number, from: number, to: number): boolean {
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

function minuteOf(text: string): number {
  const match = TIME_OF_DAY.exec(text);
  if (match === null) throw new Error(`'${text}' is not a time of day like 09:30`);
  return Number(match[1]) * 60 + Number(match[2]);
}

function forbiddenCall(node: ASTNode): ConditionProblem | null {
  if (node.op === "call" || node.op === "rcall") {
    const name = node.args[0];
    if (!FUNCTIONS.includes(name)) {
      return { at: node.start, message: `there is no function '${name}'. ${suggest(name, FUNCTIONS)}` };
    }
    const times = name === "between" && node.op === "call" ? node.args[1] : [];
    const wrong = times.find(({ op, args }) => op === "value" && typeof args === "string" && !TIME_OF_DAY.test(args));
    if (wrong !== undefined) return { at: wrong.start, message: "a time of day is written like 09:30." };
  }
  for (const child of childrenOf(node.args)) {
    const found = forbiddenCall(child);
    if (found !== null) return found;
  }
  return null;
}

function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf);
  return typeof args === "object" && args !== null && "op" in args ? [args as ASTNode] : [];
}

type CelError = { readonly summary?: string; readonly message?: string; readonly range?: { readonly start?: number } };

function problemOf(error: unknown): ConditionProblem {
  const { summary, message, range } = (error ?? {}) as CelError;
  const said = summary ?? message ?? "it cannot be read";
  const unknown = /^Unknown variable: (\w+)/.exec(said)?.[1];
  const hint = unknown === undefined ? "" : ` ${suggest(unknown, Object.keys(VARIABLES))}`;
  return { at: range?.start ?? 0, message: `${said.replace(/\.?$/, ".")}${hint}` };
}

function suggest(name: string, known: readonly string[]): string {
  const [close] = closestNames(name, known);
  return close === undefined ? `There are ${known.join(", ")}.` : `Did you mean '${close}'?`;
}
