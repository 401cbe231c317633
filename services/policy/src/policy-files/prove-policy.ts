import type { Catalogue, PolicyDocument, PolicyFile, PolicyProblem, PolicyVersion } from "@signalbox/proto";
import { checkPolicy } from "./check-policy.ts";
import { effectivePolicy } from "./effective-policy.ts";
import { parsePolicyFiles, type ParsedPolicy } from "./parse-policy-files.ts";

/** Whoever mends these finds the others by the next look; thousands would not fit a message. */
const PROBLEMS_TOLD_MAX = 100;

type Found = {
  readonly problems: readonly PolicyProblem[];
  readonly warnings: readonly string[];
  readonly rules: number;
  readonly tests: number;
};

/** Whether files may be put in force: they can be read, and their own tests hold. */
export type ProvenPolicy = Found &
  (
    | { readonly kind: "proven"; readonly version: PolicyVersion; readonly policy: PolicyDocument }
    | { readonly kind: "wrong" }
  );

/** What a policy stands over and is tested with. */
type Over = { readonly base: PolicyDocument; readonly catalogue: Catalogue };

export function proveFiles(files: readonly PolicyFile[], over: Over): ProvenPolicy {
  const parsed = parsePolicyFiles(files);
  if (parsed.kind === "wrong")
    return { kind: "wrong", problems: told(parsed.problems), warnings: [], rules: 0, tests: 0 };
  return proveVersion(parsed, over);
}

/** The same of a version; a test that fails is told with its place, where that is known. */
export function proveVersion(
  {
    version,
    testPlaces,
  }: Pick<Extract<ParsedPolicy, { kind: "parsed" }>, "version"> & {
    testPlaces?: Extract<ParsedPolicy, { kind: "parsed" }>["testPlaces"];
  },
  { base, catalogue }: Over,
): ProvenPolicy {
  const policy = effectivePolicy(base, version);
  const { failures, tests, warnings } = checkPolicy(policy, catalogue);
  const problems = failures.map(({ name, problems: wrong }) => {
    const place = testPlaces?.get(name) ?? { file: "policy", line: 1 };
    return { ...place, text: `the test '${name}' fails: ${wrong.join("; ")}` };
  });
  const found = { problems: told(problems), warnings, rules: policy.rules.length, tests };
  return problems.length > 0 ? { kind: "wrong", ...found } : { kind: "proven", ...found, version, policy };
}

function told(problems: readonly PolicyProblem[]): readonly PolicyProblem[] {
  const next = problems[PROBLEMS_TOLD_MAX];
  if (next === undefined) return problems;
  const left = { ...next, text: `${next.text}; and ${problems.length - PROBLEMS_TOLD_MAX - 1} more problems` };
  return [...problems.slice(0, PROBLEMS_TOLD_MAX), left];
}
