import { GuardDetection } from "@signalbox/proto";
import { closestWord } from "./closest-word.ts";
import type { GuardrailsConfig } from "./guardrails-config.ts";

/** What a finding may be of, by kind; null where others say so, or where there are too many to name. */
type KnownTypes = ReadonlyMap<string, readonly string[] | null>;

/** What is wrong with rules that name a type that nothing can be found of: they would hold for nothing, and nobody would see it. */
export function unknownRuleTypes(guardrails: GuardrailsConfig): string[] {
  const known = knownTypes(guardrails);
  return (["request", "answer"] as const).flatMap((direction) =>
    guardrails[direction].rules.flatMap(({ match }, at) => {
      const problem = problemOf(match, known);
      return problem === null ? [] : [`${direction}.rules.${at}.match: ${problem}`];
    }),
  );
}

function knownTypes({ detect }: GuardrailsConfig): KnownTypes {
  const { pii, injection } = GuardDetection.shape;
  return new Map([
    ["pii", pii.element.options],
    ["injection", injection.element.options],
    ["list", detect.lists.map(({ name }) => name)],
    ["pattern", detect.patterns.map(({ name }) => name)],
    ["tool", ["forbidden", "arguments"]],
    ["size", ["messages", "tools"]],
    ["attachment", ["type", "size", "count", "elsewhere"]],
    ["remote", ["unavailable", "skipped"]],
    ...["secret", "content", "presidio", "webhook"].map((kind) => [kind, null] as const),
  ]);
}

function problemOf(match: string, known: KnownTypes): string | null {
  if (match === "*") return null;
  const dot = match.indexOf(".");
  const [kind, type] = [match.slice(0, dot), match.slice(dot + 1)];
  const types = known.get(kind);
  if (types === undefined) return `there is no kind '${kind}'; ${choice(kind, [...known.keys()])}`;
  if (types === null || type === "*" || types.includes(type)) return null;
  const fix = types.length === 0 ? `no ${kind} is declared in detect.${kind}s` : choice(type, types);
  return `there is no type '${match}'; ${fix}`;
}

function choice(word: string, known: readonly string[]): string {
  const closest = closestWord(word, known);
  return closest === undefined ? `there are ${known.join(", ")}` : `did you mean '${closest}'?`;
}
