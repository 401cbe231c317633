import type { z } from "zod";

/** What a value must be, as whoever writes YAML or JSON calls it. */
const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list, such as [a, b]",
  object: "fields with values, such as { name: value }",
  record: "names with values, such as { name: value }",
};

const FORMATS: Readonly<Record<string, string>> = {
  datetime: "expected a time like 2026-12-31T10:00:00Z",
  url: "expected a URL like https://example.org",
};

/**
 * Says of a value that does not fit what would be right, and never the value itself: an error map for zod, which holds
 * where a schema has no words of its own.
 */
export const problemWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "invalid_type":
      return `${issue.input === undefined ? "it is missing; " : ""}expected ${KINDS[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return issue.values.length === 0 ? undefined : `expected ${oneOf(issue.values.map(String))}`;
    case "too_small":
      return bound(issue.origin, issue.minimum, issue.inclusive === false ? "more than" : "at least");
    case "too_big":
      return bound(issue.origin, issue.maximum, issue.inclusive === false ? "less than" : "at most");
    case "invalid_format":
      return FORMATS[issue.format];
    case "unrecognized_keys":
      return issue.keys.map((key) => `there is no field '${key}'`).join("; ");
    case "invalid_union":
      return issue.input === undefined ? "it is missing" : ofUnion(issue.errors);
    default:
      return undefined;
  }
};

/** Of several forms the one is told of that the value comes nearest to; where it comes near to none, all are. */
function ofUnion(branches: readonly (readonly z.core.$ZodIssue[])[]): string | undefined {
  const [nearest] = branches.toSorted((a, b) => depth(b) - depth(a));
  if (nearest === undefined) return undefined;
  if (depth(nearest) > 0)
    return nearest.map(({ path, message }) => [...path.map(String), message].join(": ")).join("; ");
  const expected = branches.map((issues) => issues.map(({ message }) => message).join(" and "));
  return expected.map((text, at) => (at === 0 ? text : text.replace(/^expected /, ""))).join(" or ");
}

/** How far into the value the branch came before something did not fit. */
function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(...issues.map(({ code, path }) => path.length + (code === "unrecognized_keys" ? 1 : 0)));
}

/** `value, cost or latency`. */
function oneOf(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}

function bound(origin: string, limit: number | bigint, which: string): string | undefined {
  if (origin === "string") return `expected ${which} ${limit} characters`;
  if (origin === "array") return `expected a list of ${which} ${limit}`;
  if (origin === "number" || origin === "int" || origin === "bigint") return `expected ${which} ${limit}`;
  return undefined;
}
