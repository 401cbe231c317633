import { closestWord } from "./closest-word.ts";
import type { GuardrailsConfig } from "./guardrails-config.ts";

/** By kind the types that can be found; null for kinds whose types are not listed here. */
type KnownTypes = ReadonlyMap<string, readonly string[] | null>;

/**
 * The problems of rules that name a type which cannot be found: such a rule would never match, unnoticed. `closed`: the types
 * of the built-in detectors, such as `pii.email`.
 */
export function unknownRuleTypes(guardrails: GuardrailsConfig, closed: readonly string[]): string[] {
  const known = knownTypes(guardrails, closed);
  return (["request", "answer"] as const).flatMap((direction) =>
    guardrails[direction].rules.flatMap(({ match }, at) => {
      const problem = problemOf(match, known);
      return problem === null ? [] : [`${direction}.rules.${at}.match: ${problem}`];
    }),
  );
}

function knownTypes({ detect }: GuardrailsConfig, closed: readonly string[]): KnownTypes {
  const byKind = Map.groupBy(closed, (type) => type.slice(0, type.indexOf(".")));
  return new Map([
    ...Array.from(byKind, ([kind, types]) => [kind, types.map((type) => type.slice(kind.length + 1))] as const),
    ["list", detect.lists.map(({ name }) => name)],
    ["pattern", detect.patterns.map(({ name }) => name)],
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
